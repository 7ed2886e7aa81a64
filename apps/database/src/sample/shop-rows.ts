/** Rows of the sample shop, by table; column names as in the schema. */
export interface ShopRows {
  readonly customers: readonly object[];
  readonly products: readonly object[];
  readonly orders: readonly object[];
  readonly order_items: readonly object[];
  readonly events: readonly object[];
}

const firstNames = ['Ada', 'Ben', 'Chloe', 'Dmitri', 'Elena', 'Farid', 'Grace', 'Hugo', 'Ines', 'Jonas', 'Keiko', 'Liam', 'Maya', 'Noor'];
const lastNames = ['Abel', 'Bauer', 'Costa', 'Dubois', 'Eriksen', 'Fischer', 'Garcia', 'Haas', 'Ivanova', 'Jansen', 'Kowalski', 'Laurent'];
const places = [
  ['DE', 'Berlin'],
  ['FR', 'Lyon'],
  ['NL', 'Utrecht'],
  ['ES', 'Sevilla'],
  ['PL', 'Gdansk'],
  ['SE', 'Malmo'],
  ['IT', 'Torino'],
  ['AT', 'Graz'],
] as const;
const catalogue = {
  Kitchen: ['Kettle', 'Skillet', 'Knife', 'Grinder', 'Teapot'],
  Garden: ['Spade', 'Pruner', 'Trellis', 'Hose', 'Planter'],
  Desk: ['Lamp', 'Notebook', 'Stand', 'Chair', 'Organiser'],
  Outdoor: ['Tent', 'Flask', 'Lantern', 'Hammock', 'Backpack'],
} as const;
const colours = ['oak', 'slate', 'moss', 'sand', 'brick', 'ink'];
const materials = ['steel', 'wood', 'wool', 'linen', 'ceramic'];
const statuses = ['pending', 'paid', 'shipped', 'delivered', 'delivered', 'delivered', 'delivered', 'cancelled', 'refunded'] as const;
const kinds = ['page_view', 'page_view', 'page_view', 'search', 'add_to_cart', 'checkout', 'support'] as const;

const start = Date.UTC(2026, 0, 1);
const end = Date.UTC(2026, 6, 1);
const dayMs = 86_400_000;

/** Makes the rows; the same seed gives the same rows. */
export function makeShopRows(seed: number): ShopRows {
  const random = createRandom(seed);
  const customers = Array.from({ length: 500 }, (_, index) => makeCustomer(random, index));
  const products = Array.from({ length: 120 }, (_, index) => makeProduct(random, index));
  const orders = Array.from({ length: 1_800 }, () => makeOrder(random, customers.length)).sort((a, b) => compare(a.placed_at, b.placed_at));
  const order_items = orders.flatMap((_, index) => makeItems(random, index + 1, products));
  const events = Array.from({ length: 2_900 }, () => makeEvent(random, customers.length))
    .sort((a, b) => compare(a.occurred_at, b.occurred_at))
    .map((event, index) => ({ id: index + 1, ...event }));
  return { customers, products, orders, order_items, events };
}

interface Random {
  below(limit: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** An ISO time between two times in milliseconds, to the microsecond. */
  time(from: number, to: number): string;
}

/** mulberry32: 32 bits of state are enough for invented data. */
function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    pick: <Item>(items: readonly Item[]): Item => pickAt(items, below(items.length)),
    time: (from, to) => `${new Date(from + below(to - from)).toISOString().slice(0, -1)}${String(below(1000)).padStart(3, '0')}Z`,
  };
}

function pickAt<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) {
    throw new RangeError(`No item ${String(index)} of ${String(items.length)}.`);
  }
  return item;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function makeCustomer(random: Random, index: number) {
  const first = random.pick(firstNames);
  const last = random.pick(lastNames);
  const [country, city] = random.pick(places);
  return {
    email: `${first}.${last}.${String(index + 1)}@example.com`.toLowerCase(),
    name: `${first} ${last}`,
    country,
    city: random.below(10) === 0 ? null : city,
    newsletter: random.below(3) === 0,
    created_at: random.time(start - 700 * dayMs, start),
  };
}

function makeProduct(random: Random, index: number) {
  const [category, things] = pickAt(Object.entries(catalogue), index % Object.keys(catalogue).length);
  const colour = random.pick(colours);
  return {
    sku: `${category.slice(0, 3).toUpperCase()}-${String(index + 1).padStart(4, '0')}`,
    name: `${colour[0]?.toUpperCase() ?? ''}${colour.slice(1)} ${random.pick(things)}`,
    category,
    price: (5 + random.below(20_000) / 100).toFixed(2),
    stock: random.below(400),
    attributes: { colour, material: random.pick(materials), weightGrams: 50 + random.below(5_000) },
    tags: ['gift', 'new', 'sale'].filter(() => random.below(4) === 0),
    discontinued_on: random.below(12) === 0 ? new Date(start + random.below(150) * dayMs).toISOString().slice(0, 10) : null,
  };
}

function makeOrder(random: Random, customers: number) {
  const placed = random.time(start, end - 6 * dayMs);
  const status = random.pick(statuses);
  const isSent = status === 'shipped' || status === 'delivered';
  const placedMs = Date.parse(placed);
  return {
    customer_id: 1 + Math.floor((random.below(customers) * random.below(customers)) / customers),
    status,
    placed_at: placed,
    shipped_at: isSent ? random.time(placedMs + 3_600_000, placedMs + 5 * dayMs) : null,
    note: random.below(15) === 0 ? random.pick(['Leave with neighbour', 'Gift wrap', 'Ring twice']) : null,
  };
}

function makeItems(random: Random, orderId: number, products: readonly { price: string }[]) {
  return Array.from({ length: 1 + random.below(4) }, (_, index) => {
    const product = random.below(products.length);
    const price = Number(pickAt(products, product).price);
    return {
      order_id: orderId,
      line_no: index + 1,
      product_id: product + 1,
      quantity: 1 + random.below(3),
      unit_price: (price * (0.9 + random.below(11) / 100)).toFixed(2),
    };
  });
}

function makeEvent(random: Random, customers: number) {
  const kind = random.pick(kinds);
  return {
    occurred_at: random.time(start, end),
    customer_id: random.below(5) === 0 ? null : 1 + random.below(customers),
    kind,
    payload: kind === 'search' ? { query: random.pick(materials), hits: random.below(40) } : { path: `/${random.pick(colours)}` },
  };
}
