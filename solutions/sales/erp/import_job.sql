-- The ERP's own jobs on the sales force's orders: importing them from the inbox with a verdict, and moving them on to the invoice.
-- An order leaves IMPORTADO = 1 in the transaction that gives its verdict, so running a job again does no work twice.

CREATE OR REPLACE FUNCTION erp_bonus_max_percent() RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 10;   -- bonus goods may be worth this much of the goods sold in the same order

-- Jobs that move stock or business rows run one at a time: without it two of them could lock the same stock in opposite orders.
CREATE OR REPLACE FUNCTION erp_one_job_at_a_time() RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('erp job', 0))
$$;

CREATE OR REPLACE FUNCTION erp_money_text(value numeric) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 'R$ ' || translate(to_char(value, 'FM999,999,999,999,990.00'), ',.', '.,')
$$;

CREATE OR REPLACE FUNCTION erp_quantity_text(value numeric) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT replace(trim_scale(value)::text, '.', ',')
$$;

CREATE OR REPLACE FUNCTION erp_plural_text(count bigint, one text, many text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT count || ' ' || CASE WHEN count = 1 THEN one ELSE many END
$$;

CREATE OR REPLACE FUNCTION erp_open_receivables(customer numeric) RETURNS numeric LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(valor), 0) FROM pcprest WHERE codcli = customer AND dtpag IS NULL
$$;

-- Orders that will become receivables when they are invoiced.
CREATE OR REPLACE FUNCTION erp_pending_orders(customer numeric) RETURNS numeric LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(vlatend), 0) FROM pcpedc WHERE codcli = customer AND posicao IN ('P', 'B', 'L', 'M')
$$;

-- ---------------------------------------------------------------- the header

-- The customer an order names: by its code, or by its document when the code is missing (the rep's own first: companies are registered twice).
CREATE OR REPLACE FUNCTION erp_order_customer(inbox pcpedcfv) RETURNS pcclient LANGUAGE sql STABLE AS $$
  SELECT * FROM pcclient AS customer
  WHERE customer.codcli = inbox.codcli
    OR (inbox.codcli IS NULL AND cgcent IN (inbox.cgccli, erp_document(inbox.cgccli), erp_masked(erp_document(inbox.cgccli))))
  ORDER BY dtexclusao IS NOT NULL, codusur1 IS DISTINCT FROM inbox.codusur, customer.codcli LIMIT 1
$$;

-- Why the header cannot be accepted: the first rule broken, or nothing.
CREATE OR REPLACE FUNCTION erp_header_fault(inbox pcpedcfv, customer pcclient, rep pcusuari, plan pcplpag, branch varchar,
  OUT code integer, OUT reason text) LANGUAGE sql STABLE AS $$
  SELECT fault.code, fault.reason FROM (VALUES
    (10, customer.codcli IS NULL, format('Cliente %s não cadastrado.', coalesce(inbox.codcli::text, inbox.cgccli))),
    (11, erp_document(inbox.cgccli) IS DISTINCT FROM erp_document(customer.cgcent),
      format('CNPJ/CPF %s não confere com o cadastro do cliente %s.', inbox.cgccli, customer.codcli)),
    (12, customer.dtexclusao IS NOT NULL, format('Cliente %s excluído em %s.', customer.codcli, to_char(customer.dtexclusao, 'DD/MM/YYYY'))),
    (13, rep.codusur IS NULL, format('RCA %s não cadastrado.', inbox.codusur)),
    (14, rep.bloqueio = 'S' OR rep.dtexclusao IS NOT NULL OR rep.dttermino <= localtimestamp, format('RCA %s bloqueado ou desligado.', inbox.codusur)),
    (15, inbox.codusur IS DISTINCT FROM customer.codusur1 AND inbox.codusur IS DISTINCT FROM customer.codusur2,
      format('Cliente %s não pertence à carteira do RCA %s.', customer.codcli, inbox.codusur)),
    (16, plan.codplpag IS NULL OR plan.status = 'I', format('Plano de pagamento %s não cadastrado ou inativo.', coalesce(inbox.codplpag, customer.codplpag))),
    (17, NOT EXISTS (SELECT FROM pccob WHERE codcob = coalesce(inbox.codcob, customer.codcob)),
      format('Cobrança %s não cadastrada.', coalesce(inbox.codcob, customer.codcob))),
    (18, NOT EXISTS (SELECT FROM pcfilial WHERE codigo = branch AND dtexclusao IS NULL), format('Filial %s não cadastrada.', branch)),
    (19, NOT EXISTS (SELECT FROM pcpedifv AS line WHERE (line.numpedrca, line.codusur, line.cgccli, line.dtaberturapedpalm)
      = (inbox.numpedrca, inbox.codusur, inbox.cgccli, inbox.dtaberturapedpalm)), 'Pedido sem itens.')
  ) AS fault (code, broken, reason) WHERE broken ORDER BY fault.code LIMIT 1
$$;

-- ---------------------------------------------------------------- the lines

DO $$
BEGIN
  CREATE TYPE erp_checked_line AS (codprod numeric, numseq numeric, stock_branch varchar, ean numeric, bonus boolean, ordered numeric, attended numeric,
    price numeric, table_price numeric, minimum_price numeric, rejection text);
EXCEPTION WHEN duplicate_object THEN NULL;   -- the file may be run again
END
$$;

-- Every line of an order with its price in the customer's region, what stock can attend, and why it is refused if it is.
-- Lines of one product share its stock in the order of NUMSEQ.
CREATE OR REPLACE FUNCTION erp_check_lines(inbox pcpedcfv, region numeric, price_column integer, branch varchar)
RETURNS SETOF erp_checked_line LANGUAGE sql STABLE AS $$
  WITH priced AS (
    SELECT line.codprod, line.numseq, coalesce(line.codfilialretira, erp_check_lines.branch) AS from_branch, product.codauxiliar,
      coalesce(line.bonific, 'N') = 'S' AS bonus, line.qt, line.pvenda, pick.price AS table_price,
      CASE WHEN product.aceitavendafracao = 'S' THEN 0.001 WHEN product.multiplo > 0 THEN product.multiplo ELSE 1 END AS step,
      greatest(price * (1 - coalesce(perdescmax, 0) / 100), coalesce(precominimovenda, 0)) AS minimum_price,
      CASE
        WHEN product.codprod IS NULL THEN format('Produto %s não cadastrado.', line.codprod)
        WHEN product.dtexclusao IS NOT NULL THEN format('Produto %s excluído.', line.codprod)
        WHEN product.obs2 = 'FL' THEN format('Produto %s fora de linha.', line.codprod)
        WHEN pick.price IS NULL THEN format('Produto %s sem preço na região %s.', line.codprod, region)
        WHEN line.qt <= 0 THEN format('Quantidade %s inválida.', erp_quantity_text(line.qt))
      END AS rejection
    FROM pcpedifv AS line
    LEFT JOIN pcprodut AS product ON product.codprod = line.codprod
    LEFT JOIN pctabpr AS listed ON listed.codprod = line.codprod AND listed.numregiao = region AND excluido IS DISTINCT FROM 'S'
      AND localtimestamp BETWEEN coalesce(dtiniciovalidade, '-infinity') AND coalesce(dtfimvalidade, 'infinity')
    CROSS JOIN LATERAL (SELECT nullif((ARRAY[pvenda1, pvenda2, pvenda3, pvenda4, pvenda5, pvenda6, pvenda7])[price_column], 0) AS price) AS pick
    WHERE (line.numpedrca, line.codusur, line.cgccli, line.dtaberturapedpalm) = (inbox.numpedrca, inbox.codusur, inbox.cgccli, inbox.dtaberturapedpalm)),
  checked AS (
    SELECT priced.*, coalesce(rejection, CASE WHEN qt % step <> 0
        THEN format('Quantidade %s não é múltiplo de %s.', erp_quantity_text(qt), erp_quantity_text(step)) END) AS refused
    FROM priced),
  rationed AS (
    SELECT checked.*, greatest(0, coalesce(qtestger, 0) - coalesce(qtreserv, 0) - coalesce(qtbloqueada, 0)
        - coalesce(sum(qt) FILTER (WHERE refused IS NULL)
          OVER (PARTITION BY from_branch, checked.codprod ORDER BY numseq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS left_over
    FROM checked LEFT JOIN pcest AS stock ON stock.codfilial = from_branch AND stock.codprod = checked.codprod)
  SELECT codprod, numseq, from_branch, codauxiliar, bonus, qt,
    CASE WHEN refused IS NULL THEN CASE WHEN left_over >= qt THEN qt ELSE floor(left_over / step) * step END ELSE 0 END,
    pvenda, table_price, minimum_price, refused
  FROM rationed ORDER BY numseq, codprod
$$;

-- What the ERP says on a line, in the words a rep reads.
CREATE OR REPLACE FUNCTION erp_line_text(line erp_checked_line, bonus_over boolean) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT nullif(concat_ws(' ', line.rejection,
    CASE WHEN line.rejection IS NULL AND line.attended = 0 THEN format('Item cortado por falta de estoque: pedido %s, atendido 0.', erp_quantity_text(line.ordered))
      WHEN line.rejection IS NULL AND line.attended < line.ordered THEN format('Corte por falta de estoque: pedido %s, atendido %s, corte %s.',
        erp_quantity_text(line.ordered), erp_quantity_text(line.attended), erp_quantity_text(line.ordered - line.attended)) END,
    CASE WHEN line.rejection IS NULL AND NOT line.bonus AND line.price < round(line.minimum_price, 2) THEN format('Preço %s abaixo do mínimo %s.',
        erp_money_text(line.price), erp_money_text(line.minimum_price)) END,
    CASE WHEN line.rejection IS NULL AND line.bonus AND bonus_over THEN format('Bonificação acima de %s%% da venda.', erp_bonus_max_percent()) END), '')
$$;

-- ---------------------------------------------------------------- the verdict

CREATE OR REPLACE FUNCTION erp_reject(inbox pcpedcfv, code integer, reason text) RETURNS void LANGUAGE sql AS $$
  UPDATE pcpedcfv SET importado = 3, retorno = code, observacao_pc = left('Pedido recusado. ' || reason, 4000), dtalteracao = localtimestamp(0)
  WHERE (numpedrca, codusur, cgccli, dtaberturapedpalm) = (inbox.numpedrca, inbox.codusur, inbox.cgccli, inbox.dtaberturapedpalm)
$$;

CREATE OR REPLACE FUNCTION erp_tell_lines(inbox pcpedcfv, lines erp_checked_line[], number numeric, bonus_over boolean) RETURNS void LANGUAGE sql AS $$
  UPDATE pcpedifv AS line SET observacao_pc = erp_line_text(checked, bonus_over), numped = CASE WHEN checked.attended > 0 THEN number END,
    corte = CASE WHEN checked.rejection IS NULL AND checked.attended < checked.ordered THEN 'S' ELSE 'N' END,
    qt_faturada = CASE WHEN checked.attended = 0 THEN 0 END, dtalteracao = localtimestamp(0)
  FROM unnest(lines) AS checked
  WHERE (line.numpedrca, line.codusur, line.cgccli, line.dtaberturapedpalm) = (inbox.numpedrca, inbox.codusur, inbox.cgccli, inbox.dtaberturapedpalm)
    AND line.codprod = checked.codprod AND line.numseq = checked.numseq
$$;

-- Why an order enters blocked: every reason, the one whose code stands in RETORNO first.
CREATE OR REPLACE FUNCTION erp_block_reasons(customer pcclient, rep pcusuari, lines erp_checked_line[], attended numeric, bonus_over boolean)
RETURNS TABLE (code integer, reason text) LANGUAGE sql STABLE AS $$
  SELECT block.code, block.reason
  FROM (SELECT coalesce(customer.limcred, 0) - erp_open_receivables(customer.codcli) - erp_pending_orders(customer.codcli) AS credit,
      count(*) FILTER (WHERE checked.attended > 0 AND NOT checked.bonus AND checked.price < round(checked.minimum_price, 2)) AS underpriced
    FROM unnest(lines) AS checked) AS facts
  CROSS JOIN LATERAL (VALUES
    (3, customer.bloqueio = 'S', 'Cliente bloqueado.'),
    (4, attended > credit, format('Limite de crédito excedido: disponível %s, pedido %s.', erp_money_text(credit), erp_money_text(attended))),
    (5, underpriced > 0, erp_plural_text(underpriced, 'item com preço abaixo do mínimo.', 'itens com preço abaixo do mínimo.')),
    (6, bonus_over, format('Bonificação acima de %s%% da venda.', erp_bonus_max_percent())),
    (7, attended > rep.vllimcred AND rep.vllimcred > 0, format('Valor acima do máximo de venda do RCA (%s).', erp_money_text(rep.vllimcred)))
  ) AS block (code, applies, reason) WHERE applies ORDER BY block.code
$$;

-- Writes the ERP's order and reserves its stock.  Bonus goods are in its lines but not in its values: nobody pays for them.
CREATE OR REPLACE FUNCTION erp_book(inbox pcpedcfv, customer pcclient, rep pcusuari, plan pcplpag, branch varchar, lines erp_checked_line[],
  number numeric, place varchar) RETURNS void LANGUAGE sql AS $$
  INSERT INTO pcpedc (numped, numpedrca, codfilial, codcli, codusur, codsupervisor, codpraca, codcob, codplpag, condvenda, tipovenda, origemped,
    posicao, numitens, vltabela, vltotal, vlatend, vldesconto, numpedcli, obs1, obs2, data, hora, minuto, dtentrega)
  SELECT number, inbox.numpedrca, branch, customer.codcli, rep.codusur, rep.codsupervisor, customer.codpraca, coalesce(inbox.codcob, customer.codcob),
    plan.codplpag, coalesce(inbox.condvenda, 1), plan.tipovenda, coalesce(inbox.origemped, 'F'), place, count(*),
    coalesce(sum(ordered * table_price) FILTER (WHERE NOT bonus), 0), coalesce(sum(ordered * price) FILTER (WHERE NOT bonus), 0),
    coalesce(sum(attended * price) FILTER (WHERE NOT bonus), 0), coalesce(sum(ordered * (table_price - price)) FILTER (WHERE NOT bonus), 0), inbox.numpedcli, inbox.obs1, inbox.obs2,
    current_date, extract(hour FROM localtimestamp), extract(minute FROM localtimestamp), inbox.dtentrega
  FROM unnest(lines) WHERE attended > 0;

  INSERT INTO pcpedi (numped, codprod, numseq, qt, qtfalta, pvenda, ptabela, perdesc, percom, st, posicao, codauxiliar, codfilialretira)
  SELECT number, checked.codprod, numseq, attended, ordered - attended, price, table_price, round(100 * (1 - price / table_price), 6), 2, 0, place, ean, stock_branch
  FROM unnest(lines) AS checked WHERE attended > 0;

  UPDATE pcest SET qtreserv = coalesce(qtreserv, 0) + held
  FROM (SELECT stock_branch, codprod, sum(attended) AS held FROM unnest(lines) WHERE attended > 0 GROUP BY stock_branch, codprod) AS reserved
  WHERE pcest.codfilial = reserved.stock_branch AND pcest.codprod = reserved.codprod
$$;

-- Imports one order: refuses it, or books it with its remarks.
CREATE OR REPLACE FUNCTION erp_import_order(inbox pcpedcfv) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  customer pcclient := erp_order_customer(inbox);
  rep pcusuari;
  plan pcplpag;
  territory pcpraca;
  branch varchar;
  fault record;
  lines erp_checked_line[];
  facts record;
  bonus_over boolean;
  bonus_only boolean;
  blocks record;
  number numeric;
BEGIN
  SELECT * INTO rep FROM pcusuari WHERE codusur = inbox.codusur;
  SELECT * INTO plan FROM pcplpag WHERE codplpag = coalesce(inbox.codplpag, customer.codplpag);
  SELECT * INTO territory FROM pcpraca WHERE codpraca = customer.codpraca;
  branch := coalesce(inbox.codfilial, customer.codfilialnf);
  SELECT * INTO fault FROM erp_header_fault(inbox, customer, rep, plan, branch);
  IF fault.code IS NOT NULL THEN
    PERFORM erp_reject(inbox, fault.code, fault.reason);
    RETURN;
  END IF;

  lines := ARRAY(SELECT line FROM erp_check_lines(inbox, territory.numregiao, coalesce(plan.numpr, 1)::integer, branch) AS line);
  SELECT count(*) FILTER (WHERE rejection IS NOT NULL) AS refused, count(*) FILTER (WHERE rejection IS NULL) AS valid,
    count(*) FILTER (WHERE rejection IS NULL AND attended < ordered) AS cut, count(*) FILTER (WHERE attended > 0) AS booked,
    coalesce(sum(ordered * price) FILTER (WHERE rejection IS NULL AND NOT bonus), 0) AS sale,
    coalesce(sum(attended * price) FILTER (WHERE NOT bonus), 0) AS attended_sale,
    coalesce(sum(ordered * table_price) FILTER (WHERE rejection IS NULL AND bonus), 0) AS bonus_value
  INTO facts FROM unnest(lines);
  bonus_over := facts.bonus_value > facts.sale * erp_bonus_max_percent() / 100;
  bonus_only := facts.sale = 0 AND facts.bonus_value > 0;

  -- The minimum is asked of what was ordered, as a shortage is not the customer's fault, and not of an order of bonus goods alone.
  SELECT first.code, first.reason INTO fault FROM (VALUES
    (20, facts.valid = 0, 'Nenhum item pôde ser aceito.'),
    (21, facts.sale < rep.vlvendaminped AND NOT bonus_only,
      format('Valor %s abaixo do pedido mínimo do RCA, %s.', erp_money_text(facts.sale), erp_money_text(rep.vlvendaminped))),
    (22, facts.sale < plan.vlminpedido AND NOT bonus_only,
      format('Valor %s abaixo do mínimo do plano de pagamento, %s.', erp_money_text(facts.sale), erp_money_text(plan.vlminpedido))),
    (23, facts.booked = 0, 'Nenhum item tem estoque.')) AS first (code, broken, reason) WHERE broken ORDER BY first.code LIMIT 1;
  IF FOUND THEN
    PERFORM erp_tell_lines(inbox, lines, NULL, bonus_over), erp_reject(inbox, fault.code, fault.reason);
    RETURN;
  END IF;

  SELECT min(code) AS code, count(*) AS count, string_agg(reason, ' ' ORDER BY code) AS reasons INTO blocks
  FROM erp_block_reasons(customer, rep, lines, facts.attended_sale, bonus_over);
  number := nextval('erp_numped');
  PERFORM erp_book(inbox, customer, rep, plan, branch, lines, number, CASE WHEN blocks.count > 0 THEN 'B' ELSE 'P' END),
    erp_tell_lines(inbox, lines, number, bonus_over);
  UPDATE pcclient SET dtultcomp = localtimestamp(0) WHERE codcli = customer.codcli;
  UPDATE pcpedcfv SET importado = 2, numped = number, posicao_atual = CASE WHEN blocks.count > 0 THEN 'B' ELSE 'P' END, dtalteracao = localtimestamp(0),
    retorno = coalesce(blocks.code, CASE WHEN facts.cut > 0 THEN 1 WHEN facts.refused > 0 THEN 2 ELSE 0 END),
    observacao_pc = left(concat_ws(' ', format('Pedido %s importado.', number), 'Bloqueado: ' || blocks.reasons,
      CASE WHEN facts.cut > 0 THEN erp_plural_text(facts.cut, 'item com corte por falta de estoque.', 'itens com corte por falta de estoque.') END,
      CASE WHEN facts.refused > 0 THEN erp_plural_text(facts.refused, 'item recusado.', 'itens recusados.') END), 4000)
  WHERE (numpedrca, codusur, cgccli, dtaberturapedpalm) = (inbox.numpedrca, inbox.codusur, inbox.cgccli, inbox.dtaberturapedpalm);
END
$$;

-- The import job: the oldest waiting orders, each in its own savepoint, so that a bad one never holds the others.
-- Answers how many got their verdict.  An order caught in a deadlock with a person's session keeps waiting for the next run.
CREATE OR REPLACE FUNCTION erp_import_orders(max_orders integer DEFAULT 200) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  inbox pcpedcfv;
  finished integer := 0;
BEGIN
  PERFORM erp_one_job_at_a_time();
  FOR inbox IN SELECT * FROM pcpedcfv WHERE importado = 1 ORDER BY dtinclusao, numpedrca, codusur LIMIT max_orders FOR UPDATE SKIP LOCKED LOOP
    BEGIN
      PERFORM erp_import_order(inbox);
      finished := finished + 1;
    EXCEPTION
      WHEN deadlock_detected OR serialization_failure OR lock_not_available THEN
        RAISE NOTICE 'order % of rep % waits: %', inbox.numpedrca, inbox.codusur, SQLERRM;
      WHEN OTHERS THEN
        PERFORM erp_reject(inbox, 99, 'Erro inesperado na importação: ' || SQLERRM);
        finished := finished + 1;
    END;
  END LOOP;
  RETURN finished;
END
$$;

-- ---------------------------------------------------------------- on to the invoice

-- Where an order goes next, decided by its number so that a replay takes the same way.  Nothing: it stays where it is.
CREATE OR REPLACE FUNCTION erp_next_position(place text, number numeric) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE place
    WHEN 'P' THEN CASE WHEN chance < 2 THEN 'C' ELSE 'L' END
    WHEN 'B' THEN CASE WHEN chance < 70 THEN 'L' WHEN chance < 85 THEN 'C' END   -- the analysis releases, denies, or leaves it to a person
    WHEN 'L' THEN 'M'
    WHEN 'M' THEN 'F'
    WHEN 'F' THEN CASE WHEN chance = 99 THEN 'C' END END
  FROM (SELECT erp_pick(0, 'position', number::bigint, 100) AS chance) AS draw
$$;

CREATE OR REPLACE FUNCTION erp_set_position(orders numeric[], place varchar) RETURNS void LANGUAGE sql AS $$
  UPDATE pcpedc SET posicao = place, dtcancel = CASE WHEN place = 'C' THEN localtimestamp(0) ELSE dtcancel END WHERE numped = ANY (orders);
  UPDATE pcpedi SET posicao = place WHERE numped = ANY (orders);
  UPDATE pcpedcfv SET posicao_atual = place, dtalteracao = localtimestamp(0) WHERE numped = ANY (orders)
$$;

CREATE OR REPLACE FUNCTION erp_load(orders numeric[]) RETURNS void LANGUAGE sql AS $$
  UPDATE pcpedc SET numcar = load.number FROM (SELECT nextval('erp_numcar') AS number) AS load WHERE numped = ANY (orders);
  SELECT erp_set_position(orders, 'M')
$$;

-- What the lines of these orders take from each branch's stock.
CREATE OR REPLACE FUNCTION erp_ordered_stock(orders numeric[]) RETURNS TABLE (branch varchar, codprod numeric, quantity numeric) LANGUAGE sql STABLE AS $$
  SELECT codfilialretira, codprod, sum(qt) FROM pcpedi WHERE numped = ANY (orders) GROUP BY codfilialretira, codprod
$$;

-- Invoices: fiscal document, receivables by the payment plan, goods out.
CREATE OR REPLACE FUNCTION erp_invoice(orders numeric[]) RETURNS void LANGUAGE sql AS $$
  UPDATE pcpedc SET numtransvenda = numbered.number, numnota = numbered.number - 45000000
  FROM (SELECT numped, nextval('erp_numtransvenda') AS number FROM unnest(orders) AS numped) AS numbered WHERE pcpedc.numped = numbered.numped;

  INSERT INTO pcnfsaid (numtransvenda, numnota, especie, chavenfe, codfilial, codcli, codusur, numped, numcar, condvenda, dtsaida, vltotal)
  SELECT numtransvenda, numnota, 'NF', erp_nfe_key(codfilial, current_date, numnota), codfilial, codcli, codusur, numped, numcar, condvenda,
    localtimestamp(0), vlatend FROM pcpedc WHERE numped = ANY (orders);

  INSERT INTO pcprest (numtransvenda, prest, codcli, codfilial, codusur, duplic, valor, dtemissao, dtvenc, codcob, status, dtultalter)
  SELECT numtransvenda, part, codcli, codfilial, codusur, numnota,
    CASE WHEN part < parts THEN round(vlatend / parts, 2) ELSE round(vlatend, 2) - (parts - 1) * round(vlatend / parts, 2) END,
    current_date, current_date + coalesce((ARRAY[prazo1, prazo2, prazo3])[part], numdias, 0)::integer, codcob, 'A', localtimestamp(0)
  FROM pcpedc JOIN pcplpag USING (codplpag)
  CROSS JOIN LATERAL (SELECT greatest(1, numparcelas::integer) AS parts) AS terms
  CROSS JOIN LATERAL generate_series(1, parts) AS part
  WHERE numped = ANY (orders) AND vlatend > 0;

  UPDATE pcest SET qtestger = qtestger - quantity, qtreserv = greatest(0, coalesce(qtreserv, 0) - quantity), qtest = qtest - quantity, dtultsaida = localtimestamp(0)
  FROM erp_ordered_stock(orders) AS sold WHERE pcest.codfilial = sold.branch AND pcest.codprod = sold.codprod;

  UPDATE pcpedifv AS line SET qt_faturada = invoiced.qt, dtalteracao = localtimestamp(0)
  FROM pcpedi AS invoiced
  WHERE invoiced.numped = ANY (orders) AND line.numped = invoiced.numped AND line.codprod = invoiced.codprod AND line.numseq = invoiced.numseq;

  SELECT erp_set_position(orders, 'F')
$$;

-- Cancels: gives the reserved stock back, or, after the invoice, the goods; receivables nobody paid disappear.
CREATE OR REPLACE FUNCTION erp_cancel(orders numeric[], invoiced boolean) RETURNS void LANGUAGE sql AS $$
  UPDATE pcest SET qtestger = qtestger + CASE WHEN invoiced THEN quantity ELSE 0 END,
    qtreserv = greatest(0, coalesce(qtreserv, 0) - CASE WHEN invoiced THEN 0 ELSE quantity END)
  FROM erp_ordered_stock(orders) AS returned WHERE pcest.codfilial = returned.branch AND pcest.codprod = returned.codprod;

  UPDATE pcnfsaid SET dtcancel = localtimestamp(0) WHERE numped = ANY (orders);
  DELETE FROM pcprest USING pcpedc WHERE numped = ANY (orders) AND pcprest.numtransvenda = pcpedc.numtransvenda AND dtpag IS NULL;
  UPDATE pcpedifv SET qt_faturada = 0, dtalteracao = localtimestamp(0) WHERE invoiced AND numped = ANY (orders);
  SELECT erp_set_position(orders, 'C')
$$;

-- Moves open orders one position on, those of the sales force first.  Answers how many moved.
CREATE OR REPLACE FUNCTION erp_advance_orders(max_orders integer DEFAULT 100) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  moving record;
  moved integer := 0;
BEGIN
  PERFORM erp_one_job_at_a_time();
  FOR moving IN
    WITH candidate AS (
      SELECT numped, posicao, erp_next_position(posicao, numped) AS next, EXISTS (SELECT FROM pcpedcfv WHERE pcpedcfv.numped = pcpedc.numped) AS mobile
      FROM pcpedc WHERE posicao IN ('P', 'B', 'L', 'M')
      UNION ALL
      SELECT numped, 'F', 'C', true FROM pcpedcfv WHERE importado = 2 AND posicao_atual = 'F' AND erp_next_position('F', numped) = 'C'),
    chosen AS (SELECT * FROM candidate WHERE next IS NOT NULL ORDER BY mobile DESC, numped LIMIT max_orders)
    SELECT posicao, next, array_agg(numped ORDER BY numped) AS orders FROM chosen GROUP BY posicao, next
  LOOP
    CASE moving.next
      WHEN 'L' THEN PERFORM erp_set_position(moving.orders, 'L');
      WHEN 'M' THEN PERFORM erp_load(moving.orders);
      WHEN 'F' THEN PERFORM erp_invoice(moving.orders);
      ELSE PERFORM erp_cancel(moving.orders, moving.posicao = 'F');
    END CASE;
    moved := moved + cardinality(moving.orders);
  END LOOP;
  RETURN moved;
END
$$;
