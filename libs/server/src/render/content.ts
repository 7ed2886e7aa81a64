import type { ContentBlock } from '@modelcontextprotocol/server';
import type { Attachment } from '../reply.ts';

/** A part of a resource as MCP sends it. */
export type WirePart = { uri: string; mimeType?: string; _meta?: Record<string, unknown> } & ({ text: string } | { blob: string });

/** Text stays text, bytes become base64. */
export function toWirePart(part: {
  readonly uri: string;
  readonly mimeType?: string | undefined;
  readonly content: string | Uint8Array;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}): WirePart {
  const { uri, mimeType, content, meta } = part;
  return {
    uri,
    ...(mimeType !== undefined && { mimeType }),
    ...(meta !== undefined && { _meta: { ...meta } }),
    ...(typeof content === 'string' ? { text: content } : { blob: toBase64(content) }),
  };
}

/** A content block from an attachment of a reply or a turn of a prompt. */
export function toContentBlock(part: Attachment): ContentBlock {
  switch (part.kind) {
    case 'image':
    case 'audio':
      return { type: part.kind, data: toBase64(part.bytes), mimeType: part.mimeType };
    case 'link': {
      const { kind: _kind, ...link } = part;
      return { type: 'resource_link', ...link };
    }
    case 'embed':
      return { type: 'resource', resource: toWirePart(part) };
  }
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
