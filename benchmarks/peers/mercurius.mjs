import Fastify from 'fastify'
import mercurius from 'mercurius'
import { contextOf, resolvers, typeDefs } from './schema.mjs'

const app = Fastify()
app.register(mercurius, { schema: typeDefs, resolvers, jit: 1, context: (request) => contextOf(request.headers) })
app.listen({ port: Number(process.env.PEER_PORT), host: '127.0.0.1' }).then(() => console.log('ready'))
