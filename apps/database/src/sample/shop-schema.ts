/** Months that have a partition of `events`, first days. */
const eventMonths = ['2026-01-01', '2026-02-01', '2026-03-01', '2026-04-01', '2026-05-01', '2026-06-01', '2026-07-01'] as const;

/** Tables of the sample shop. `order_items.product_id` has no index on purpose: the sample has something to find. */
export const tablesSql = `
create type order_status as enum ('pending', 'paid', 'shipped', 'delivered', 'cancelled', 'refunded');
create domain email_address as text check (value ~ '^[^@ ]+@[^@ ]+$');

create table customers (
  id integer generated always as identity primary key,
  email email_address not null unique,
  name text not null,
  country char(2) not null,
  city text,
  newsletter boolean not null default false,
  created_at timestamptz not null
);
create index customers_country_idx on customers (country);

create table products (
  id integer generated always as identity primary key,
  sku text not null unique,
  name text not null,
  category text not null,
  price numeric(10, 2) not null check (price > 0),
  stock integer not null default 0 check (stock >= 0),
  attributes jsonb not null default '{}',
  tags text[] not null default '{}',
  discontinued_on date
);

create table orders (
  id bigint generated always as identity primary key,
  customer_id integer not null references customers (id) on delete restrict,
  status order_status not null default 'pending',
  placed_at timestamptz not null,
  shipped_at timestamptz check (shipped_at >= placed_at),
  note text
);
create index orders_customer_id_idx on orders (customer_id);
create index orders_placed_at_idx on orders (placed_at);
create index orders_open_idx on orders (placed_at) where status in ('pending', 'paid');

create table order_items (
  order_id bigint not null references orders (id) on delete cascade,
  line_no smallint not null check (line_no > 0),
  product_id integer not null references products (id),
  quantity integer not null check (quantity > 0),
  unit_price numeric(10, 2) not null,
  primary key (order_id, line_no)
);

create table events (
  id bigint not null,
  occurred_at timestamptz not null,
  customer_id integer references customers (id),
  kind text not null,
  payload jsonb not null default '{}',
  primary key (id, occurred_at)
) partition by range (occurred_at);
${eventMonths
  .slice(0, -1)
  .map((from, index) => {
    const name = `events_${from.slice(0, 7).replace('-', '_')}`;
    return `create table ${name} partition of events for values from ('${from}') to ('${eventMonths[index + 1] ?? ''}');`;
  })
  .join('\n')}
create index events_customer_id_idx on events (customer_id, occurred_at);
`;

/** What is built on the tables: a view, a materialized view, a function. */
export const viewsSql = `
create view order_summary as
  select o.id as order_id, o.customer_id, c.name as customer, c.country, o.status, o.placed_at,
    count(i.line_no)::integer as lines, coalesce(sum(i.quantity * i.unit_price), 0)::numeric(12, 2) as total
  from orders o
  join customers c on c.id = o.customer_id
  left join order_items i on i.order_id = o.id
  group by o.id, c.id;

create materialized view monthly_revenue as
  select date_trunc('month', o.placed_at, 'UTC')::date as month, p.category, sum(i.quantity * i.unit_price)::numeric(14, 2) as revenue
  from orders o
  join order_items i on i.order_id = o.id
  join products p on p.id = i.product_id
  where o.status not in ('cancelled', 'refunded')
  group by 1, 2;
create unique index monthly_revenue_key on monthly_revenue (month, category);

create function lifetime_value(of_customer integer) returns numeric language sql stable as
  'select coalesce(sum(total), 0) from order_summary where customer_id = of_customer and status not in (''cancelled'', ''refunded'')';
`;

/** What a reader should know of each object. */
export const commentsSql = `
comment on database postgres is 'Sample shop of Trellis; invented data.';
comment on type order_status is 'Life of an order, in order.';
comment on table customers is 'People who have an account.';
comment on column customers.country is 'ISO 3166-1 alpha-2.';
comment on table products is 'What the shop sells or has sold.';
comment on column products.price is 'Current price in EUR; order_items.unit_price is what was paid.';
comment on column products.attributes is 'Free-form: colour, weightGrams, material.';
comment on column products.discontinued_on is 'Null while the product is sold.';
comment on table orders is 'One row per checkout.';
comment on column orders.shipped_at is 'Null until the parcel leaves.';
comment on table order_items is 'Lines of an order.';
comment on column order_items.unit_price is 'Price in EUR when the order was placed.';
comment on table events is 'What customers did on the site; one partition per month.';
comment on column events.kind is 'page_view, search, add_to_cart, checkout or support.';
comment on view order_summary is 'Orders with customer and total in EUR.';
comment on materialized view monthly_revenue is 'Revenue in EUR per month and category, without cancelled and refunded orders.';
comment on function lifetime_value(integer) is 'What a customer has spent, in EUR.';
`;
