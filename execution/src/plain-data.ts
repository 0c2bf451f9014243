import { Big } from '@heliograph/contracts';

/**
 * Data of maps, sets, decimals, arrays, plain objects and JSON values as JSON and back, so that what is read back equals
 * what was written.
 */
export function pack(value: unknown): unknown {
  if (value instanceof Big) return { $decimal: value.toFixed() };
  if (value instanceof Map) return { $map: [...value].map(([key, item]) => [key, pack(item)]) };
  if (value instanceof Set) return { $set: [...value] };
  if (Array.isArray(value)) return value.map(pack);
  if (typeof value !== 'object' || value === null) return value;
  const packed: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value))
    if (item !== undefined) packed[name] = pack(item);
  return packed;
}

export function unpack(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpack);
  if (typeof value !== 'object' || value === null) return value;
  if ('$decimal' in value) return new Big(String(value.$decimal));
  if ('$map' in value && Array.isArray(value.$map))
    return new Map(value.$map.map(([key, item]: [unknown, unknown]) => [key, unpack(item)]));
  if ('$set' in value && Array.isArray(value.$set)) return new Set(value.$set);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, unpack(item)]));
}
