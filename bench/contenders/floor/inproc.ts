import type { Open } from '../contract.ts'
import { answerConstant } from './answer.ts'

const init = { headers: { 'content-type': 'application/json' } }

export const open: Open = () => async (request) => new Response(answerConstant(await request.text()), init)
