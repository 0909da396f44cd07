import { createServer } from 'node:http'
import { createSchema, createYoga } from 'graphql-yoga'
import { contextOf, resolvers, typeDefs } from './schema.mjs'

const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), context: ({ request }) => contextOf(request.headers), logging: false, graphiql: false })
createServer(yoga).listen(Number(process.env.PEER_PORT), '127.0.0.1', () => console.log('ready'))
