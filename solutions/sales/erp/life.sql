-- Business that goes on while Foz watches: stock moves, price changes, customers edited, receivables paid, rows born and deleted.
-- What happens is a hash of (seed, tick, change number); only the stamps come from the clock.
-- Rows are found by key arithmetic and an index step to the next existing key, so a change costs the same at any scale.
-- Customers 1..reps keep rep, limit and good standing, and products 1..20 stay in stock: tests and demonstrations lean on them.

-- A position in the lives of all ticks: the hashes of two ticks share nothing.
CREATE OR REPLACE FUNCTION erp_life_key(tick bigint, change integer) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT tick * 1000003 + change
$$;

-- The existing product or customer at or after a drawn code.
CREATE OR REPLACE FUNCTION erp_product_from(code integer) RETURNS numeric LANGUAGE sql STABLE AS $$
  SELECT codprod FROM pcprodut WHERE codprod >= code ORDER BY codprod LIMIT 1
$$;

CREATE OR REPLACE FUNCTION erp_customer_from(code integer) RETURNS numeric LANGUAGE sql STABLE AS $$
  SELECT codcli FROM pcclient WHERE codcli >= code ORDER BY codcli LIMIT 1
$$;

-- Sales, counts and deliveries.  PCEST has no change stamp; a delivery moves DTULTENT, a sale leaves no date at all.
-- Stock never falls below what is reserved.
CREATE OR REPLACE FUNCTION erp_life_stock(keys bigint[], seed bigint, products integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  moved integer;
BEGIN
  UPDATE pcest SET qtestger = now.qtestger + delta, qtest = CASE WHEN now.qtest < 1e12 THEN now.qtest + delta ELSE now.qtest END,
    dtultent = CASE WHEN delta >= 30 THEN localtimestamp(0) ELSE now.dtultent END
  FROM (SELECT DISTINCT ON (branch, product) branch, product, key
        FROM unnest(keys) AS key CROSS JOIN LATERAL (SELECT (1 + erp_pick(seed, 'life.branch', key, 2))::text AS branch,
          erp_product_from(1 + erp_pick(seed, 'life.product', key, products)) AS product) AS drawn ORDER BY branch, product, key) AS chosen
  JOIN pcest AS now ON now.codfilial = branch AND now.codprod = product
  CROSS JOIN LATERAL (SELECT now.qtestger - coalesce(now.qtreserv, 0) - coalesce(now.qtbloqueada, 0) - CASE WHEN product <= 20 THEN 1000 ELSE 0 END AS spare,
    1 + erp_pick(seed, 'life.quantity', key, 24) AS quantity) AS state
  CROSS JOIN LATERAL (SELECT CASE WHEN spare < quantity THEN 30 + 10 * quantity WHEN erp_pick(seed, 'life.delivery', key, 9) = 0 THEN 6 * quantity ELSE -quantity END AS delta) AS move
  WHERE pcest.codfilial = now.codfilial AND pcest.codprod = now.codprod;
  GET DIAGNOSTICS moved = ROW_COUNT;
  RETURN moved;
END
$$;

-- A price goes up or down by at most 4 %, all seven columns and the minimum with it.  One in eight forgets the stamp, as imports of price lists do.
CREATE OR REPLACE FUNCTION erp_life_prices(keys bigint[], seed bigint, products integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  changed integer;
BEGIN
  UPDATE pctabpr SET ptabela = round(ptabela * factor, 2), pvenda = round(pvenda * factor, 2), pvenda1 = round(pvenda1 * factor, 2),
    pvenda2 = round(pvenda2 * factor, 2), pvenda3 = round(pvenda3 * factor, 2), pvenda4 = round(pvenda4 * factor, 2), pvenda5 = round(pvenda5 * factor, 2),
    pvenda6 = round(pvenda6 * factor, 2), pvenda7 = round(pvenda7 * factor, 2), precominimovenda = round(precominimovenda * factor, 2),
    dtultaltpvenda = CASE WHEN erp_pick(seed, 'life.price.stamp', key, 8) > 0 THEN localtimestamp(0) ELSE dtultaltpvenda END
  FROM (SELECT DISTINCT ON (product, region) product, region, key, 1 + (erp_pick(seed, 'life.price', key, 9) - 4 + 0.5) / 100 AS factor
        FROM unnest(keys) AS key CROSS JOIN LATERAL (SELECT 1 + erp_pick(seed, 'life.region', key, 10) AS region,
          erp_product_from(1 + erp_pick(seed, 'life.product', key, products)) AS product) AS drawn ORDER BY product, region, key) AS chosen
  WHERE pctabpr.codprod = product AND pctabpr.numregiao = region AND ptabela BETWEEN 0.50 AND 100000;   -- the value at the edge keeps its edge
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END
$$;

-- Customers are blocked, released, given another limit or phone, and now and then another rep.
CREATE OR REPLACE FUNCTION erp_life_customers(keys bigint[], seed bigint, customers integer, reps integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  changed integer;
BEGIN
  UPDATE pcclient SET dtultalter = CASE WHEN erp_pick(seed, 'life.customer.stamp', key, 12) > 0 THEN localtimestamp(0) ELSE dtultalter END,
    bloqueio = CASE WHEN choice < 20 THEN CASE WHEN bloqueio = 'S' THEN 'N' ELSE 'S' END WHEN choice < 40 THEN 'N' ELSE bloqueio END,
    limcred = CASE WHEN choice BETWEEN 30 AND 64 THEN 1000 + 250 * erp_pick(seed, 'life.limit', key, 160) ELSE limcred END,
    telent = CASE WHEN choice BETWEEN 65 AND 91 THEN '119' || lpad(erp_pick(seed, 'life.phone', key, 100000000)::text, 8, '0') ELSE telent END,
    codusur1 = CASE WHEN choice >= 92 THEN 1 + (codusur1 + erp_pick(seed, 'life.rep', key, reps - 1)) % reps ELSE codusur1 END
  FROM (SELECT DISTINCT ON (customer) customer, key, erp_pick(seed, 'life.customer.kind', key, 100) AS choice
        FROM unnest(keys) AS key CROSS JOIN LATERAL erp_customer_from(reps + 1 + erp_pick(seed, 'life.customer', key, customers - reps)) AS customer
        ORDER BY customer, key) AS chosen
  WHERE codcli = customer;
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END
$$;

-- Receivables: three in four are payments of an open one, the others new (a service or a renegotiation, without an order).
CREATE OR REPLACE FUNCTION erp_life_receivables(keys bigint[], seed bigint, customers integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  paid integer;
  opened integer;
BEGIN
  UPDATE pcprest SET dtpag = localtimestamp(0), vpago = valor, status = 'P',
    dtultalter = CASE WHEN erp_pick(seed, 'life.receivable.stamp', key, 10) > 0 THEN localtimestamp(0) ELSE dtultalter END
  FROM (SELECT DISTINCT ON (due.numtransvenda, due.prest) due.numtransvenda, due.prest, key
        FROM unnest(keys) AS key
        CROSS JOIN LATERAL erp_customer_from(1 + erp_pick(seed, 'life.customer', key, customers)) AS customer
        CROSS JOIN LATERAL (SELECT numtransvenda, prest FROM pcprest WHERE codcli = customer AND dtpag IS NULL
          ORDER BY dtvenc, numtransvenda, prest LIMIT 1) AS due
        WHERE erp_pick(seed, 'life.receivable', key, 4) > 0 ORDER BY due.numtransvenda, due.prest, key) AS chosen
  WHERE pcprest.numtransvenda = chosen.numtransvenda AND pcprest.prest = chosen.prest;
  GET DIAGNOSTICS paid = ROW_COUNT;

  INSERT INTO pcprest (numtransvenda, prest, codcli, codfilial, codusur, duplic, valor, dtemissao, dtvenc, codcob, status, dtultalter)
  SELECT number, '1', codcli, codfilialnf, codusur1, number - 45000000, (2000 + erp_pick(seed, 'life.receivable.value', key, 60000)) / 100.0,
    current_date, current_date + 28, 'BK', 'A', localtimestamp(0)
  FROM (SELECT key, erp_customer_from(1 + erp_pick(seed, 'life.customer', key, customers)) AS customer, nextval('erp_numtransvenda') AS number
        FROM unnest(keys) AS key WHERE erp_pick(seed, 'life.receivable', key, 4) = 0) AS fresh
  JOIN pcclient ON codcli = customer;
  GET DIAGNOSTICS opened = ROW_COUNT;
  RETURN paid + opened;
END
$$;

-- Products: another box, weight or multiple, discontinued or back; a description retyped without its stray blanks.
CREATE OR REPLACE FUNCTION erp_life_products(keys bigint[], seed bigint, products integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  changed integer;
BEGIN
  WITH edited AS (
    UPDATE pcprodut SET dtultalter = CASE WHEN erp_pick(seed, 'life.product.stamp', key, 10) > 0 THEN localtimestamp(0) ELSE dtultalter END,
      pesobruto = CASE WHEN choice < 40 THEN round((100 + erp_pick(seed, 'life.weight', key, 500000)) / 100000.0, 6) ELSE pesobruto END,
      qtunitcx = CASE WHEN choice BETWEEN 40 AND 59 THEN 6 * (1 + erp_pick(seed, 'life.box', key, 8)) ELSE qtunitcx END,
      enviarforcavendas = CASE WHEN choice BETWEEN 60 AND 69 AND product > 20 THEN CASE enviarforcavendas WHEN 'S' THEN 'N' ELSE 'S' END ELSE enviarforcavendas END,
      obs2 = CASE WHEN choice BETWEEN 70 AND 84 AND product > 40 THEN CASE WHEN obs2 = 'FL' THEN NULL ELSE 'FL' END ELSE obs2 END,
      descricao = CASE WHEN choice >= 85 THEN regexp_replace(btrim(descricao), ' +', ' ', 'g') ELSE descricao END
    FROM (SELECT DISTINCT ON (product) product, key, erp_pick(seed, 'life.product.kind', key, 100) AS choice
          FROM unnest(keys) AS key CROSS JOIN LATERAL erp_product_from(1 + erp_pick(seed, 'life.product', key, products)) AS product
          ORDER BY product, key) AS chosen
    WHERE codprod = product RETURNING codprod, choice),
  tidied AS (
    DELETE FROM truth.stray_blank USING edited
    WHERE choice >= 85 AND table_name = 'PCPRODUT' AND column_name = 'DESCRICAO' AND row_key = codprod::text)
  SELECT count(*) INTO changed FROM edited;
  RETURN changed;
END
$$;

-- ---------------------------------------------------------------- deletes

-- The first customer at or after a code with no order, receivable, invoice or twin; the first product never sold nor waiting in the inbox.
-- Both give up after a few steps: an absent death harms nobody, a long search would.
CREATE OR REPLACE FUNCTION erp_idle_customer_from(code integer) RETURNS numeric LANGUAGE sql STABLE AS $$
  SELECT codcli FROM (SELECT codcli, cgcent FROM pcclient WHERE codcli >= code ORDER BY codcli LIMIT 60) AS near
  WHERE NOT EXISTS (SELECT FROM pcpedc WHERE pcpedc.codcli = near.codcli)
    AND NOT EXISTS (SELECT FROM pcprest WHERE pcprest.codcli = near.codcli)
    AND NOT EXISTS (SELECT FROM pcpedcfv WHERE pcpedcfv.codcli = near.codcli OR pcpedcfv.cgccli = near.cgcent)
    AND NOT EXISTS (SELECT FROM truth.duplicate WHERE near.codcli IN (duplicate.codcli, of_codcli))
  ORDER BY codcli LIMIT 1
$$;

CREATE OR REPLACE FUNCTION erp_unsold_product_from(code integer) RETURNS numeric LANGUAGE sql STABLE AS $$
  SELECT codprod FROM (SELECT codprod FROM pcprodut WHERE codprod >= code ORDER BY codprod LIMIT 60) AS near
  WHERE NOT EXISTS (SELECT FROM pcpedi WHERE pcpedi.codprod = near.codprod)
    AND NOT EXISTS (SELECT FROM pcpedifv WHERE pcpedifv.codprod = near.codprod)
  ORDER BY codprod LIMIT 1
$$;

CREATE OR REPLACE FUNCTION erp_delete_customer(code numeric) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM pcclient WHERE codcli = code;
  GET DIAGNOSTICS deleted = ROW_COUNT;
  DELETE FROM truth.customer WHERE codcli = code;
  DELETE FROM truth.stray_blank WHERE table_name = 'PCCLIENT' AND row_key = code::text;
  RETURN deleted;
END
$$;

-- A product goes with its prices and its stock.
CREATE OR REPLACE FUNCTION erp_delete_product(code numeric) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM pcprodut WHERE codprod = code;
  GET DIAGNOSTICS deleted = ROW_COUNT;
  DELETE FROM pctabpr WHERE codprod = code;
  DELETE FROM pcest WHERE codprod = code;
  DELETE FROM truth.stray_blank WHERE table_name = 'PCPRODUT' AND row_key = code::text;
  RETURN deleted;
END
$$;

CREATE OR REPLACE FUNCTION erp_delete_price(product numeric, region integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM pctabpr WHERE codprod = product AND numregiao = region;
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;

CREATE OR REPLACE FUNCTION erp_delete_paid_receivable(customer numeric) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  deleted integer;
BEGIN
  DELETE FROM pcprest USING (SELECT numtransvenda, prest FROM pcprest WHERE codcli = customer AND dtpag IS NOT NULL ORDER BY numtransvenda, prest LIMIT 1) AS oldest
  WHERE pcprest.numtransvenda = oldest.numtransvenda AND pcprest.prest = oldest.prest;
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;

-- Hard deletes, which leave no trace in any column.  They spare the rows at the edge and those that tests lean on.
CREATE OR REPLACE FUNCTION erp_life_deaths(keys bigint[], seed bigint, products integer, customers integer, reps integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  key bigint;
  code integer;
  died integer := 0;
BEGIN
  FOREACH key IN ARRAY keys LOOP
    code := erp_pick(seed, 'life.death.code', key, 1000000);
    died := died + CASE erp_pick(seed, 'life.death', key, 4)
      WHEN 0 THEN erp_delete_price(erp_product_from(41 + code % (products - 40)), 1 + erp_pick(seed, 'life.region', key, 10))
      WHEN 1 THEN erp_delete_paid_receivable(erp_customer_from(1 + code % customers))
      WHEN 2 THEN erp_delete_customer(erp_idle_customer_from(greatest(reps, 22) + 1 + code % (customers - greatest(reps, 22))))
      -- Generated orders sell the older four fifths only.
      ELSE erp_delete_product(erp_unsold_product_from(1 + products * 4 / 5 + code % (products / 5))) END;
  END LOOP;
  RETURN died;
END
$$;

-- ---------------------------------------------------------------- births

-- New products with prices and stock, and new customers, by the generator's own functions.
CREATE OR REPLACE FUNCTION erp_life_births(keys bigint[], seed bigint, products integer, customers integer, reps integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  fresh integer := (SELECT count(*) FROM unnest(keys) AS key WHERE erp_pick(seed, 'life.birth', key, 2) = 0);
  clients integer := cardinality(keys) - fresh;
BEGIN
  IF fresh > 0 THEN
    PERFORM erp_add_products(seed, products + 1, products + fresh, localtimestamp(0)),
      erp_add_product_blanks(seed, products + 1, products + fresh),
      erp_add_prices(seed, products + 1, products + fresh, localtimestamp(0)),
      erp_add_stock(seed, products + 1, products + fresh, localtimestamp(0));
  END IF;
  IF clients > 0 THEN
    PERFORM erp_add_customers(seed, customers + 1, customers + clients, reps, customers + 1, localtimestamp(0)),
      erp_add_customer_blanks(seed, customers + 1, customers + clients);
  END IF;
  RETURN cardinality(keys);
END
$$;

-- ---------------------------------------------------------------- one tick

-- Makes about so many changes (two draws of one row are one change) and answers how many rows a person would say were changed.
CREATE OR REPLACE FUNCTION erp_life(changes integer, tick bigint, seed bigint) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  products integer := (SELECT max(codprod) FROM pcprodut);
  customers integer := (SELECT max(codcli) FROM pcclient);
  reps integer := (SELECT count(*) FROM pcusuari WHERE codusur <= 900);
  drawn record;
BEGIN
  PERFORM erp_one_job_at_a_time();
  SELECT coalesce(array_agg(key) FILTER (WHERE chance < 550), '{}') AS stock,
    coalesce(array_agg(key) FILTER (WHERE chance BETWEEN 550 AND 799), '{}') AS prices,
    coalesce(array_agg(key) FILTER (WHERE chance BETWEEN 800 AND 879), '{}') AS customers,
    coalesce(array_agg(key) FILTER (WHERE chance BETWEEN 880 AND 939), '{}') AS receivables,
    coalesce(array_agg(key) FILTER (WHERE chance BETWEEN 940 AND 972), '{}') AS products,
    coalesce(array_agg(key) FILTER (WHERE chance BETWEEN 973 AND 990), '{}') AS deaths,
    coalesce(array_agg(key) FILTER (WHERE chance > 990), '{}') AS births
  INTO drawn
  FROM generate_series(1, changes) AS change
  CROSS JOIN LATERAL (SELECT erp_life_key(tick, change) AS key, erp_pick(seed, 'life.kind', erp_life_key(tick, change), 1000) AS chance) AS draw;

  RETURN erp_life_stock(drawn.stock, seed, products) + erp_life_prices(drawn.prices, seed, products)
    + erp_life_customers(drawn.customers, seed, customers, reps) + erp_life_receivables(drawn.receivables, seed, customers)
    + erp_life_products(drawn.products, seed, products) + erp_life_deaths(drawn.deaths, seed, products, customers, reps)
    + erp_life_births(drawn.births, seed, products, customers, reps);
END
$$;
