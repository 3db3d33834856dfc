import { bad, type Check, good, note, skipped } from '../check.ts'

/** Clients that nobody has registered need a way to become known. (basic/authorization/client-registration) */
export const registration: Check = {
  id: 'registration',
  title: 'Client registration',
  look: async (visit) => {
    const issuers = (await visit.issuers()).flatMap(({ place: { document } }) =>
      document === undefined ? [] : [document],
    )
    if (issuers.length === 0) return skipped('no issuer to register with')
    const byDocument = issuers.some((it) => it['client_id_metadata_document_supported'] === true)
    const byRequest = issuers.some((it) => typeof it['registration_endpoint'] === 'string')
    if (byDocument && byRequest) return good('by metadata documents (CIMD) and dynamically (DCR)')
    if (byDocument) {
      return note(
        'by metadata documents (CIMD) only',
        'Clients of 2025, and programs without a website, register dynamically.',
        'Offer a registration_endpoint as well, if such clients should connect. (RFC 7591)',
      )
    }
    if (byRequest) {
      return note(
        'dynamically (DCR) only',
        'It is deprecated. Each new installation of a client is one more registration, and hosts prefer metadata documents.',
        'Read client metadata documents as well: client_id_metadata_document_supported: true.',
      )
    }
    return bad(
      'neither metadata documents (CIMD) nor dynamically (DCR)',
      'A host that the issuer does not know cannot sign anybody in, until somebody registers it by hand.',
      'Let the issuer read client metadata documents, or offer a registration_endpoint.',
    )
  },
}
