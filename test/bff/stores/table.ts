// A stand-in for a DynamoDB table: as much of DynamoDBDocument as the recipe asks for. Each call is answered a moment
// later, so that calls which come at once do meet; a page of a query has two items.
import { setImmediate as aMoment } from 'node:timers/promises'

export interface Item extends Readonly<Record<string, unknown>> {
  readonly pk: string
  readonly expiresAt: number
  readonly ttl: number
}

interface Condition {
  readonly ConditionExpression?: string
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>>
}

type Key = Pick<Item, 'pk'>

const itemsOnAPage = 2

export function tableInMemory() {
  const items = new Map<string, Item>()
  return {
    /** What time to live does, which counts whole seconds; here to the millisecond. */
    expire(now: number) {
      for (const [pk, { expiresAt, ttl }] of items) {
        if (ttl !== Math.ceil(expiresAt / 1000)) throw new Error(`${pk} would not be deleted in time`)
        if (now >= expiresAt) items.delete(pk)
      }
    },

    async put({ Item, ConditionExpression, ExpressionAttributeValues }: { Item: Item } & Condition) {
      await aMoment()
      const isMet =
        ConditionExpression === undefined ||
        (ConditionExpression === '#version = :version' &&
          items.get(Item.pk)?.version === ExpressionAttributeValues?.[':version'])
      if (!isMet) throw Object.assign(new Error('refused'), { name: 'ConditionalCheckFailedException' })
      items.set(Item.pk, Item)
    },

    async get({ Key }: { Key: Key }) {
      await aMoment()
      return { Item: items.get(Key.pk) }
    },

    async delete({ Key }: { Key: Key }) {
      await aMoment()
      const Attributes = items.get(Key.pk)
      items.delete(Key.pk)
      return { Attributes }
    },

    async query({ ExpressionAttributeValues, ExclusiveStartKey }: Condition & { ExclusiveStartKey?: Key }) {
      await aMoment()
      const all = [...items.values()].filter(
        ({ subject }) => subject === ExpressionAttributeValues?.[':subject'],
      )
      const start = all.findIndex(({ pk }) => pk === ExclusiveStartKey?.pk) + 1
      const Items = all.slice(start, start + itemsOnAPage)
      const last = Items.at(-1)
      const isMore = start + itemsOnAPage < all.length
      return { Items, ...(isMore && last && { LastEvaluatedKey: { pk: last.pk } }) }
    },
  }
}
