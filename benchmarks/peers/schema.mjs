// What both Node servers serve: the part of the product's schema that history.graphql asks for, from the product's own tables, written
// as one would write it for speed: one statement for each level, loaders where a field is asked for many parents.
import { createHash } from 'node:crypto'
import DataLoader from 'dataloader'
import pg from 'pg'

pg.types.setTypeParser(20, Number) // bigint: minor units and micro units stay far below 2^53 here
pg.types.setTypeParser(1082, (text) => text) // date as text

export const pool = new pg.Pool({ host: process.env.PEER_HOST, user: process.env.PEER_USER, database: process.env.PEER_DATABASE, max: 10 })
const accountPk = Number(process.env.PEER_ACCOUNT) // the sealed id means this row

export const typeDefs = /* GraphQL */ `
  type Query { account(id: ID!): Account }
  type Account { number: String! address: String statements(first: Int!): StatementConnection meters: [Meter!] }
  type StatementConnection { nodes: [Statement!]! }
  type Statement { period: String! charged: Money closing: Money charges: [Charge!]! }
  type Charge { service: Service! unit: String quantity: Quantity tariff: UnitPrice amount: Money! }
  type Service { name: String! }
  type Meter { serial: String resource: String! registers: [Register!]! }
  type Register { history(first: Int!): ReadingConnection! }
  type ReadingConnection { nodes: [Reading!]! }
  type Reading { takenOn: String! value: Quantity! }
  type Money { amount: String! currency: String! }
  type UnitPrice { amount: String! currency: String! }
  type Quantity { value: String! unit: String! }
`

let names = 0
const prepared = (text) => {
  const name = `peer${++names}`
  return async (...values) => (await pool.query({ name, text, values })).rows
}
const TOKEN = prepared(`SELECT t.user_id FROM api_token t JOIN user_account u ON u.id = t.user_id
  WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now()) AND u.is_active`)
const GRANTS = prepared('SELECT account_id, contract_id, rights FROM membership WHERE user_id = $1')
const ACCOUNT = prepared(`SELECT a.id, a.number, p.flat, p.flat_prefix, h.locality, h.street, h.number AS house, o.currency
  FROM personal_account a JOIN organization o ON o.id = a.organization_id
  LEFT JOIN premises p ON p.id = a.premises_id LEFT JOIN house h ON h.id = p.house_id WHERE a.id = $1`)
const STATEMENTS = prepared(`SELECT period, charged, closing FROM statement WHERE account_id = $1 AND is_current ORDER BY period DESC LIMIT $2`)
const CHARGES = prepared(`SELECT ch.period, ch.unit, ch.quantity, ch.price, ch.amount, s.name FROM charge ch JOIN service s ON s.id = ch.service_id
  WHERE ch.account_id = $1 AND ch.period = ANY($2::date[]) AND ch.is_current AND ch.basis <> 'recalculation' ORDER BY ch.position, ch.id`)
const METERS = prepared(`SELECT m.serial, m.resource, r.id AS register, r.fraction_digits FROM meter m JOIN meter_register r ON r.meter_id = m.id
  WHERE m.account_id = $1 ORDER BY m.inlet, m.resource, m.id`)
const READINGS = prepared(`SELECT * FROM (SELECT register_id, taken_on, value, ROW_NUMBER() OVER (PARTITION BY register_id ORDER BY taken_on DESC, id DESC) AS place
  FROM reading WHERE register_id = ANY($1::bigint[]) AND is_current) r WHERE place <= $2 ORDER BY place`)

export async function contextOf(headers) {
  const bearer = (headers.get ? headers.get('authorization') : headers.authorization) ?? ''
  const [token] = await TOKEN(createHash('sha256').update(bearer.replace('Bearer ', '')).digest('hex'))
  if (!token) throw new Error('sign in')
  const grants = await GRANTS(token.user_id)
  if (!grants.some((grant) => grant.account_id === accountPk)) throw new Error('not yours')
  const found = { currency: '' }
  found.charges = new DataLoader(async (periods) => {
    const months = new Map(periods.map((period) => [period, []]))
    for (const row of await CHARGES(accountPk, periods)) months.get(row.period).push(row)
    return periods.map((period) => months.get(period))
  })
  found.readings = new DataLoader(async (registers) => {
    const rows = new Map(registers.map((one) => [one.register, []]))
    for (const row of await READINGS(registers.map((one) => one.register), 12)) rows.get(row.register_id).push(row)
    return registers.map((one) => rows.get(one.register))
  })
  return found
}

const money = (minor, currency) => (minor === null ? null : { amount: decimal(minor, 2, 2), currency })
function decimal(value, scale, least) {
  const digits = String(Math.abs(value)).padStart(scale + 1, '0')
  const fraction = digits.slice(-scale).replace(/0+$/, '').padEnd(least, '0')
  return `${value < 0 ? '-' : ''}${digits.slice(0, -scale)}${fraction ? '.' + fraction : ''}`
}

export const resolvers = {
  Query: {
    async account(_, __, context) {
      const [row] = await ACCOUNT(accountPk)
      context.currency = row.currency
      return { number: row.number, address: `${row.locality}, ${row.street}, ${row.house}-${row.flat}${row.flat_prefix}` }
    },
  },
  Account: {
    async statements(_, { first }) {
      return { nodes: await STATEMENTS(accountPk, first) }
    },
    meters: () => METERS(accountPk),
  },
  Statement: {
    period: (row) => row.period.slice(0, 7),
    charged: (row, _, context) => money(row.charged, context.currency),
    closing: (row, _, context) => money(row.closing, context.currency),
    charges: (row, _, context) => context.charges.load(row.period),
  },
  Charge: {
    service: (row) => row,
    quantity: (row) => (row.quantity === null ? null : { value: decimal(row.quantity, 6, 0), unit: row.unit }),
    tariff: (row, _, context) => (row.price === null ? null : { amount: decimal(row.price, 6, 2), currency: context.currency }),
    amount: (row, _, context) => money(row.amount, context.currency),
  },
  Meter: { resource: (row) => row.resource.toUpperCase(), registers: (row) => [row] },
  Register: { history: async (row, _, context) => ({ nodes: (await context.readings.load(row)).map((one) => ({ ...one, digits: row.fraction_digits })) }) },
  Reading: { takenOn: (row) => row.taken_on, value: (row) => ({ value: decimal(row.value, 6, row.digits), unit: 'куб.м' }) },
}
