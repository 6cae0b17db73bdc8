import * as z from 'zod/v4';

/** What is read of Slack's answers, and nothing more. */

export const Who = z.object({
  user_id: z.string(),
  bot_id: z.string().optional(),
  team_id: z.string(),
  team: z.string().optional(),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
});
export type Who = z.infer<typeof Who>;

const Block = z.looseObject({ type: z.string(), block_id: z.string().optional() });

const ReadMessage = z.object({
  ts: z.string(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  blocks: z.array(Block).optional(),
});
export type ReadMessage = z.infer<typeof ReadMessage>;

export const Page = z.object({
  messages: z.array(ReadMessage),
  has_more: z.boolean().optional(),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

export const Posted = z.object({ channel: z.string(), ts: z.string() });
export const Permalink = z.object({ permalink: z.string() });

export const Conversation = z.object({
  channel: z.object({
    name: z.string().optional(),
    is_member: z.boolean().optional(),
    is_archived: z.boolean().optional(),
    is_ext_shared: z.boolean().optional(),
    is_pending_ext_shared: z.boolean().optional(),
  }),
});
