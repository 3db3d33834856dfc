import { must, notOurs, type Page, should } from '../requirement.ts'

const AUTHOR = notOurs('What a server asks for, and where its pages lead, is its author’s.')
const THIRD_PARTY = notOurs('A server that connects to others for its users keeps their credentials itself.')
const MODEL = notOurs('The handler that an application gives talks to its model.')
const MESSAGES = notOurs('Handlers write the messages of this deprecated feature themselves.')
const FOLDERS = notOurs('The handler that an application gives knows its folders and asks its people.')

export const elicitation: Page = {
  path: 'client/elicitation',
  sections: {
    'user-interaction-model': {
      'elicit-no-secrets': must('server', 'Forms do not ask for secrets; pages do.', AUTHOR),
      'elicit-who-asks': must('client', 'People see which server asks.'),
      'elicit-decline': must('client', 'People can decline and dismiss.'),
      'elicit-review': must('client', 'People see and can change a form before it is sent.'),
      'elicit-consent': must('client', 'People see the host of a page and agree before it is opened.'),
    },
    capabilities: {
      'elicit-capability': must('client', 'A client that can be asked declares it, with at least one mode.'),
      'elicit-modes': must('server', 'A mode that was not declared is not used.'),
      'elicit-empty-capability': should('server', 'A declaration without modes means forms.'),
    },
    'elicitation-requests': {
      'elicit-message': must('server', 'A question says why it is asked.'),
      'elicit-default-mode': must('client', 'A question without a mode is a form.'),
    },
    'form-mode-elicitation-requests': {
      'elicit-form': must('server', 'A form has a schema.'),
    },
    'requested-schema': {
      'elicit-flat': must('server', 'The schema is a flat object of primitives and choices.'),
      'elicit-defaults': should('client', 'Defaults are filled in.'),
    },
    'url-mode-elicitation-requests': {
      'elicit-url': must('server', 'A page has a valid URL.'),
    },
    statefulness: {
      'elicit-state-owner': must('server', 'State belongs to the person it was made for.'),
      'elicit-state-protected': must('server', 'State cannot be read or changed by others.'),
      'elicit-user': must('server', 'Who the person is comes from credentials.'),
    },
    'url-mode-elicitation-for-oauth-flows': {
      'elicit-no-sign-in': must('server', 'A page is no way to sign in to the server itself.', AUTHOR),
      'elicit-third-party': must('server', 'Credentials for third parties do not pass the client.', THIRD_PARTY),
    },
    'error-handling': {
      'elicit-refusal': must('server', 'A refusal, a dismissal and a failure are coped with.'),
    },
    'security-considerations': {
      'elicit-bound': must('server', 'A question is bound to client and person.'),
      'elicit-approval': should('client', 'People approve, and may decline at any time.'),
    },
    'safe-url-handling': {
      'elicit-url-content': must('server', 'A URL holds neither personal data nor access.', AUTHOR),
      'elicit-no-links': should('server', 'Forms hold no links.', AUTHOR),
      'elicit-https': should('server', 'Pages are served over HTTPS.', AUTHOR),
      'elicit-no-fetch': must('client', 'Nothing of a page is fetched before it is opened.'),
      'elicit-no-open': must('client', 'No page is opened without consent.'),
      'elicit-full-url': must('client', 'The whole URL is shown.'),
      'elicit-own-browser': must('client', 'A page opens where neither client nor model looks on.'),
      'elicit-host': should('client', 'The host stands out.'),
      'elicit-suspicious': should('client', 'A suspicious URL comes with a warning.'),
      'elicit-safe-scheme': must('client', 'Only web pages are opened.'),
    },
    'identifying-the-user': {
      'elicit-identity': must('server', 'What a client says of its user proves nothing.'),
    },
    'form-mode-security': {
      'elicit-client-checks': should('client', 'Answers are checked against the form.'),
      'elicit-server-checks': should('server', 'Answers are checked again on arrival.'),
    },
    phishing: {
      'elicit-same-person': must('server', 'Who opens the page is who was asked.', AUTHOR),
    },
  },
}

export const sampling: Page = {
  path: 'client/sampling',
  sections: {
    'user-interaction-model': {
      'sampling-human': should('client', 'A person can deny, see and change.', MODEL),
    },
    'tools-in-sampling': {
      'sampling-tools-declared': must('server', 'Tools are offered to the model only when that was declared.'),
      'sampling-tools-refused': must('client', 'A client that did not declare it refuses tools.'),
    },
    capabilities: {
      'sampling-capability': must('client', 'A client with a model declares it.'),
      'sampling-context': should('server', 'Context of servers is asked for only when that was declared.'),
    },
    'tool-result-messages': {
      'sampling-results-alone': must('server', 'A message with tool results holds nothing else.', MESSAGES),
    },
    'tool-use-and-result-balance': {
      'sampling-balance': must('server', 'Each use of a tool is followed by its result.', MESSAGES),
    },
    messages: {
      'sampling-role': must('server', 'A message has a role, user or assistant, and content.'),
    },
    'model-preferences': {
      'sampling-hints': must('client', 'Hints of models are weighed in their order.', MODEL),
    },
    'tool-choice-modes': {
      'sampling-tool-choice': must('client', 'The model uses tools as it is told to.', MODEL),
    },
    'sampling-parameters': {
      'sampling-max-tokens': must('client', 'The limit of tokens is kept.', MODEL),
    },
    'security-considerations': {
      'sampling-sensitive': must('both', 'Sensitive data is handled with care.', MODEL),
      'sampling-iterations': should('both', 'Loops of tools end.'),
    },
  },
}

export const roots: Page = {
  path: 'client/roots',
  sections: {
    capabilities: { 'roots-capability': must('client', 'A client with folders declares it.') },
    root: { 'root-file-uri': must('client', 'A root is a file URI.') },
    'security-considerations': {
      'roots-permitted': must('client', 'Only permitted folders are told.', FOLDERS),
      'roots-checked': must('client', 'URIs of roots are checked for paths that climb.'),
      'roots-accessible': must('client', 'Folders that are gone are not told.', FOLDERS),
    },
    'implementation-guidelines': {
      'roots-consent': should('client', 'People agree before folders are told.', FOLDERS),
      'roots-checked-first': should('server', 'The capability is looked at before roots are asked for.'),
    },
  },
}
