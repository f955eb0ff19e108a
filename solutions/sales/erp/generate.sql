-- Generates the ERP's data: the same scale and seed always give the same rows in the same order.
-- Nothing here reads a clock or random(): every choice is a hash of (seed, what is chosen, row number).
-- The clean value is made first and kept in schema truth; the dirt is put on while the ERP's own row is written.

-- ---------------------------------------------------------------- choices

CREATE OR REPLACE FUNCTION erp_base_date() RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN date '2026-10-30';   -- the latest business day of the generated past; alphanumeric CNPJs exist since July 2026

-- A number from 0 to choices - 1.
CREATE OR REPLACE FUNCTION erp_pick(seed bigint, entity text, n bigint, choices integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ((hashint8extended(n, hashtextextended(entity, seed)) & 9223372036854775807) % choices)::integer
$$;

CREATE OR REPLACE FUNCTION erp_word(words text[], seed bigint, entity text, n bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT words[1 + erp_pick(seed, entity, n, cardinality(words))]
$$;

-- Spreads 1, 2, 3... over 0..modulus-1 without a collision, so that documents are unique.  48271 is prime.
CREATE OR REPLACE FUNCTION erp_spread(seed bigint, entity text, n bigint, modulus integer) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (n * 48271 + erp_pick(seed, entity, 0, modulus)) % modulus
$$;

CREATE OR REPLACE FUNCTION erp_sizes(scale double precision, OUT products integer, OUT customers integer, OUT reps integer,
  OUT orders integer, OUT receivables integer)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT greatest(100, round(20000 * scale)::integer), greatest(40, round(5000 * scale)::integer),
    least(900, greatest(4, round(50 * scale)::integer)), greatest(60, round(12000 * scale)::integer),
    greatest(300, round(60000 * scale)::integer)
$$;

-- ---------------------------------------------------------------- check digits

-- The modulo-11 digit whose weights go 2, 3, 4... from the right and start again after weight_max.  A character is worth its ASCII
-- code minus 48, which is how Receita Federal extended the CNPJ to letters.
CREATE OR REPLACE FUNCTION erp_mod11_dv(base text, weight_max integer) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  codes constant bytea := convert_to(base, 'UTF8');   -- a loop over bytes is six times as fast as a query over substr()
  size constant integer := length(codes);
  total integer := 0;
BEGIN
  FOR i IN 0 .. size - 1 LOOP
    total := total + (get_byte(codes, i) - 48) * (2 + (size - 1 - i) % (weight_max - 1));
  END LOOP;
  RETURN CASE WHEN total % 11 < 2 THEN 0 ELSE 11 - total % 11 END;
END
$$;

-- 12 positions [A-Z0-9] -> the 2 check digits.
CREATE OR REPLACE FUNCTION erp_cnpj_dv(base text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT first || erp_mod11_dv(base || first, 9) FROM (SELECT erp_mod11_dv(base, 9) AS first OFFSET 0) AS digit   -- OFFSET 0: computed once
$$;

-- 9 digits -> the 2 check digits.
CREATE OR REPLACE FUNCTION erp_cpf_dv(base text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT first || erp_mod11_dv(base || first, 11) FROM (SELECT erp_mod11_dv(base, 11) AS first OFFSET 0) AS digit
$$;

-- 12 digits (or 7, for EAN-8) -> the check digit: weights 3, 1, 3... from the right.
CREATE OR REPLACE FUNCTION erp_ean_dv(base text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ((10 - sum(substr(base, i, 1)::integer * (1 + 2 * ((length(base) - i + 1) % 2))) % 10) % 10)::text
  FROM generate_series(1, length(base)) AS i
$$;

-- ---------------------------------------------------------------- text

CREATE OR REPLACE FUNCTION erp_upper(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT upper(translate(value, 'áàâãéêíóôõúüç', 'ÁÀÂÃÉÊÍÓÔÕÚÜÇ'))   -- upper() alone ignores accents under locale C
$$;

CREATE OR REPLACE FUNCTION erp_plain(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT translate(value, 'ÁÀÂÃÉÊÍÓÔÕÚÜÇáàâãéêíóôõúüç', 'AAAAEEIOOOUUCaaaaeeiooouuc')
$$;

-- A document without mask, as the ERP compares it.
CREATE OR REPLACE FUNCTION erp_document(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT upper(regexp_replace(value, '[^0-9A-Za-z]', '', 'g'))
$$;

CREATE OR REPLACE FUNCTION erp_masked(document text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE length(document)
    WHEN 14 THEN regexp_replace(document, '^(..)(...)(...)(....)(..)$', '\1.\2.\3/\4-\5')
    ELSE regexp_replace(document, '^(...)(...)(...)(..)$', '\1.\2.\3-\4') END
$$;

-- A document the way somebody typed it: masked, bare, half masked, letters in lower case.
CREATE OR REPLACE FUNCTION erp_typed_document(document text, choice integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN choice < 55 THEN erp_masked(document)
    WHEN choice < 90 THEN document
    WHEN choice < 94 THEN replace(erp_masked(document), '.', '')
    WHEN choice < 97 THEN translate(erp_masked(document), './-', '   ')
    ELSE lower(erp_masked(document)) END
$$;

-- One typing slip: a letter lost, two swapped, one doubled, or the neighbour key hit.
CREATE OR REPLACE FUNCTION erp_misspelt(value text, seed bigint, n bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE erp_pick(seed, 'slip', n, 4)
    WHEN 0 THEN overlay(value PLACING '' FROM at FOR 1)
    WHEN 1 THEN overlay(value PLACING substr(value, at + 1, 1) || substr(value, at, 1) FROM at FOR 2)
    WHEN 2 THEN overlay(value PLACING repeat(substr(value, at, 1), 2) FROM at FOR 1)
    ELSE overlay(value PLACING translate(substr(value, at, 1), 'AEIOURSTNLCMPB', 'SWOIYTDRMKVNOV') FROM at FOR 1) END
  FROM (SELECT 2 + erp_pick(seed, 'slip.at', n, greatest(1, least(length(value), 14) - 2)) AS drawn) AS random_place
  CROSS JOIN LATERAL (SELECT drawn - (substr(value, drawn, 1) = ' ')::integer AS at) AS place   -- blanks are another kind of dirt
$$;

CREATE OR REPLACE FUNCTION erp_stray_blank(value text, choice integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN choice = 0 THEN ' ' || value WHEN choice = 1 OR position(' ' IN value) = 0 THEN value || '  '
    ELSE regexp_replace(value, ' ', '  ') END
$$;

-- ---------------------------------------------------------------- names

CREATE OR REPLACE FUNCTION erp_person_name(seed bigint, entity text, n bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT erp_word(ARRAY['ANA','MARIA','JOSÉ','JOÃO','ANTÔNIO','FRANCISCO','CARLOS','PAULO','PEDRO','LUCAS','LUIZ','MARCOS','ADRIANA',
      'JULIANA','MÁRCIA','FERNANDA','PATRÍCIA','ALINE','SANDRA','CAMILA','BRUNA','RAFAEL','DANIEL','MARCELO','BRUNO','EDUARDO','FELIPE',
      'RODRIGO','GUSTAVO','ROBERTO','SEBASTIÃO','TEREZINHA','VERA','SÔNIA','CÉLIA','IVONE','JÉSSICA','ÍTALO','ÉRICA','CÍCERO'],
      seed, entity || '.first', n)
    || ' ' || erp_word(ARRAY['APARECIDA','HENRIQUE','CRISTINA','AUGUSTO','DE FÁTIMA','ROBERTO','HELENA','DAS GRAÇAS','LÚCIA','CÉSAR',
      'REGINA','ALVES','BATISTA','MOREIRA','TEIXEIRA','NUNES'], seed, entity || '.middle', n)
    || ' ' || erp_word(ARRAY['DA SILVA','DOS SANTOS','OLIVEIRA','SOUZA','RODRIGUES','FERREIRA','ALMEIDA','COSTA','GOMES','MARTINS','ARAÚJO',
      'MELO','BARBOSA','CARDOSO','RIBEIRO','ROCHA','DIAS','CARVALHO','MONTEIRO','MENDES','FREITAS','GONÇALVES','LOPES','VIEIRA','SIQUEIRA',
      'ZANELLA','TAKAHASHI','BIANCHI','SCHNEIDER','D''ÁVILA'], seed, entity || '.last', n)
$$;

CREATE OR REPLACE FUNCTION erp_company_name(seed bigint, n bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT erp_word(ARRAY['SUPERMERCADO','MERCADO','MERCEARIA','PADARIA','RESTAURANTE','BAR E LANCHONETE','MINIMERCADO','EMPÓRIO','AÇOUGUE',
      'HORTIFRÚTI','ATACAREJO','CONVENIÊNCIA','PIZZARIA','CANTINA','QUITANDA','COMERCIAL DE ALIMENTOS','DISTRIBUIDORA','HOTEL','CHURRASCARIA',
      'CONFEITARIA','SORVETERIA','MERCADINHO','PANIFICADORA','ARMAZÉM'], seed, 'company.kind', n)
    || ' ' || erp_word(ARRAY['SÃO JOSÉ','SANTA RITA','BOM JESUS','SANTO ANTÔNIO','NOSSA SENHORA APARECIDA','SÃO JORGE','SANTA LUZIA','ESTRELA',
      'PRIMAVERA','AVENIDA','CENTRAL','DO POVO','ALVORADA','PRIMOS','DOIS IRMÃOS','TRÊS CORAÇÕES','BOA VISTA','BELA VISTA','IPIRANGA','GUANABARA',
      'PLANALTO','NORDESTINO','GAÚCHO','MINEIRO','PAULISTANO','OLIVEIRA','FERREIRA','ROCHA','TAKAHASHI','SCHNEIDER','BIANCHI','IRMÃOS SOUZA',
      'IRMÃOS GONÇALVES','FAMÍLIA COSTA','PORTAL','UNIÃO','PROGRESSO','ECONÔMICO','POPULAR','SERTANEJO'], seed, 'company.name', n)
    || CASE WHEN erp_pick(seed, 'company.number', n, 4) = 0 THEN ' ' || (2 + erp_pick(seed, 'company.unit', n, 8)) ELSE '' END
    || erp_word(ARRAY[' LTDA',' LTDA',' LTDA ME',' LTDA EPP',' EIRELI',' ME',' S/A',' & FILHOS LTDA',' & CIA LTDA',''], seed, 'company.form', n)
$$;

-- A CNPJ root with letters takes four free characters and four that count in base 36, so that no two are alike.
CREATE OR REPLACE FUNCTION erp_cnpj(seed bigint, n bigint, alphanumeric boolean) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT base || erp_cnpj_dv(base) FROM (SELECT
    CASE WHEN alphanumeric THEN (
        SELECT string_agg(substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', 1 + CASE
            WHEN i = 1 THEN erp_pick(seed, 'cnpj.letter', n, 26)
            WHEN i <= 4 THEN erp_pick(seed, 'cnpj.char.' || i, n, 36)
            ELSE ((erp_spread(seed, 'cnpj.alpha', n, 1679616) / (36 ^ (8 - i))::bigint) % 36)::integer END, 1), '' ORDER BY i)
        FROM generate_series(1, 8) AS i)
      ELSE lpad(erp_spread(seed, 'cnpj', n, 99999989)::text, 8, '0') END || '0001' AS base OFFSET 0) AS root
$$;

CREATE OR REPLACE FUNCTION erp_cpf(seed bigint, n bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT base || erp_cpf_dv(base) FROM (SELECT lpad(erp_spread(seed, 'cpf', n, 999999937)::text, 9, '0') AS base OFFSET 0) AS root
$$;

CREATE OR REPLACE FUNCTION erp_branch_cnpj(branch text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT base || erp_cnpj_dv(base) FROM (SELECT '90417638000' || branch AS base OFFSET 0) AS root
$$;

-- The 44 digits of an NF-e key: UF, year and month, CNPJ, model 55, series, number, emission type, code, check digit.
CREATE OR REPLACE FUNCTION erp_nfe_key(branch text, issued date, number numeric) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT base || erp_mod11_dv(base, 9) FROM (SELECT CASE branch WHEN '1' THEN '35' ELSE '26' END || to_char(issued, 'YYMM')
    || erp_branch_cnpj(branch) || '55001' || lpad(number::text, 9, '0') || '1' || lpad((number * 7919 % 99999989)::text, 8, '0') AS base OFFSET 0) AS key
$$;

-- ---------------------------------------------------------------- reference rows

CREATE OR REPLACE FUNCTION erp_generate_cities() RETURNS void LANGUAGE sql AS $$
  INSERT INTO truth.city (city_id, numregiao, codpraca, uf, name, ibge, cep_low, cep_high, area_code, alias)
  SELECT city_id, region,
    region * 100 + 1 + (row_number() OVER (PARTITION BY region ORDER BY city_id) - 1) / 3,   -- a territory holds three cities
    uf, name, ibge, cep_low, cep_high, area_code, alias
  FROM (SELECT row_number() OVER () AS city_id, * FROM (VALUES
    (1,'SP','São Paulo',3550308,1000,5999,'11','S PAULO'), (1,'SP','Guarulhos',3518800,7000,7399,'11',NULL),
    (1,'SP','Osasco',3534401,6000,6299,'11',NULL), (1,'SP','Santo André',3547809,9000,9299,'11','STO ANDRE'),
    (1,'SP','São Bernardo do Campo',3548708,9600,9899,'11','S B DO CAMPO'), (1,'SP','Diadema',3513801,9900,9999,'11',NULL),
    (1,'SP','Mauá',3529401,9300,9399,'11',NULL), (1,'SP','Carapicuíba',3510609,6300,6399,'11',NULL),
    (1,'SP','Barueri',3505708,6400,6499,'11',NULL), (1,'SP','Cotia',3513009,6700,6729,'11',NULL),
    (1,'SP','Taboão da Serra',3552809,6750,6799,'11','TABOAO'), (1,'SP','Embu das Artes',3515004,6800,6849,'11','EMBU'),
    (1,'SP','Suzano',3552502,8600,8699,'11',NULL), (1,'SP','Mogi das Cruzes',3530607,8700,8899,'11','MOJI DAS CRUZES'),
    (1,'SP','Itaquaquecetuba',3523107,8570,8599,'11','ITAQUA'),
    (2,'SP','Campinas',3509502,13000,13139,'19',NULL), (2,'SP','Jundiaí',3525904,13200,13219,'11','JUNDIAHY'),
    (2,'SP','Sorocaba',3552205,18000,18109,'15',NULL), (2,'SP','Ribeirão Preto',3543402,14000,14109,'16','RIB PRETO'),
    (2,'SP','São José dos Campos',3549904,12200,12249,'12','S J DOS CAMPOS'), (2,'SP','São José do Rio Preto',3549805,15000,15104,'17','S J RIO PRETO'),
    (2,'SP','Santos',3548500,11000,11099,'13',NULL), (2,'SP','São Vicente',3551009,11300,11399,'13',NULL),
    (2,'SP','Praia Grande',3541000,11700,11729,'13','P GRANDE'), (2,'SP','Piracicaba',3538709,13400,13439,'19',NULL),
    (2,'SP','Bauru',3506003,17000,17109,'14',NULL), (2,'SP','Franca',3516200,14400,14414,'16',NULL),
    (2,'SP','Limeira',3526902,13480,13489,'19',NULL), (2,'SP','Santa Bárbara d''Oeste',3545803,13450,13459,'19','STA BARBARA'),
    (2,'SP','Mogi Guaçu',3530706,13840,13859,'19','MOJI-GUACU'), (2,'SP','Taubaté',3554102,12000,12119,'12',NULL),
    (2,'SP','Araraquara',3503208,14800,14811,'16',NULL), (2,'SP','São Carlos',3548906,13560,13579,'16','S CARLOS'),
    (2,'SP','Marília',3529005,17500,17539,'14',NULL), (2,'SP','Presidente Prudente',3541406,19000,19119,'18','PRES PRUDENTE'),
    (2,'SP','Araçatuba',3502804,16000,16129,'18',NULL), (2,'SP','Indaiatuba',3520509,13330,13349,'19',NULL),
    (2,'SP','Itu',3523909,13300,13314,'11','YTU'),
    (3,'RJ','Rio de Janeiro',3304557,20000,23799,'21','RIO'), (3,'RJ','Niterói',3303302,24000,24399,'21','NICTHEROY'),
    (3,'RJ','São Gonçalo',3304904,24400,24799,'21','S GONCALO'), (3,'RJ','Duque de Caxias',3301702,25000,25499,'21','D DE CAXIAS'),
    (3,'RJ','Nova Iguaçu',3303500,26000,26299,'21','N IGUACU'), (3,'RJ','Petrópolis',3303906,25600,25779,'24',NULL),
    (3,'RJ','Volta Redonda',3306305,27200,27299,'24',NULL), (3,'RJ','Campos dos Goytacazes',3301009,28000,28149,'22','CAMPOS'),
    (3,'RJ','Cabo Frio',3300704,28900,28924,'22',NULL), (3,'RJ','Macaé',3302403,27900,27979,'22','MACAHE'),
    (3,'RJ','Paraty',3303807,23970,23979,'24','PARATI'),
    (3,'ES','Vitória',3205309,29000,29099,'27',NULL), (3,'ES','Vila Velha',3205200,29100,29129,'27',NULL),
    (3,'ES','Serra',3205002,29160,29184,'27',NULL), (3,'ES','Cachoeiro de Itapemirim',3201209,29300,29329,'28','CACHOEIRO'),
    (4,'MG','Belo Horizonte',3106200,30000,31999,'31','B HORIZONTE'), (4,'MG','Contagem',3118601,32000,32399,'31',NULL),
    (4,'MG','Betim',3106705,32600,32899,'31',NULL), (4,'MG','Uberlândia',3170206,38400,38415,'34','UBERLANDIA'),
    (4,'MG','Juiz de Fora',3136702,36000,36109,'32','J DE FORA'), (4,'MG','Montes Claros',3143302,39400,39409,'38',NULL),
    (4,'MG','Uberaba',3170107,38000,38109,'34',NULL), (4,'MG','Governador Valadares',3127701,35000,35109,'33','GOV VALADARES'),
    (4,'MG','Ipatinga',3131307,35160,35164,'31',NULL), (4,'MG','Divinópolis',3122306,35500,35504,'37',NULL),
    (4,'MG','Sete Lagoas',3167202,35700,35704,'31',NULL), (4,'MG','Poços de Caldas',3151800,37700,37719,'35','POCOS'),
    (5,'PR','Curitiba',4106902,80000,82999,'41','CURITYBA'), (5,'PR','Londrina',4113700,86000,86109,'43',NULL),
    (5,'PR','Maringá',4115200,87000,87109,'44',NULL), (5,'PR','Ponta Grossa',4119905,84000,84109,'42','PTA GROSSA'),
    (5,'PR','Cascavel',4104808,85800,85824,'45',NULL), (5,'PR','Foz do Iguaçu',4108304,85850,85872,'45','FOZ DO IGUASSU'),
    (5,'PR','São José dos Pinhais',4125506,83000,83189,'41','S J PINHAIS'), (5,'PR','Guarapuava',4109401,85000,85108,'42',NULL),
    (5,'PR','Toledo',4127700,85900,85919,'45',NULL),
    (6,'SC','Florianópolis',4205407,88000,88099,'48','FPOLIS'), (6,'SC','Joinville',4209102,89200,89239,'47','JOINVILE'),
    (6,'SC','Blumenau',4202404,89000,89099,'47',NULL), (6,'SC','São José',4216602,88100,88123,'48','S JOSE'),
    (6,'SC','Criciúma',4204608,88800,88819,'48','CRESCIUMA'), (6,'SC','Chapecó',4204202,89800,89816,'49',NULL),
    (6,'SC','Itajaí',4208203,88300,88319,'47','ITAJAHY'), (6,'SC','Jaraguá do Sul',4208906,89250,89269,'47','JARAGUA'),
    (6,'SC','Lages',4209300,88500,88539,'49','LAJES'),
    (7,'RS','Porto Alegre',4314902,90000,91999,'51','P ALEGRE'), (7,'RS','Caxias do Sul',4305108,95000,95124,'54','CAXIAS'),
    (7,'RS','Pelotas',4314407,96000,96099,'53',NULL), (7,'RS','Canoas',4304606,92000,92449,'51',NULL),
    (7,'RS','Santa Maria',4316907,97000,97119,'55','STA MARIA'), (7,'RS','Gravataí',4309209,94000,94199,'51','GRAVATAHY'),
    (7,'RS','Novo Hamburgo',4313409,93300,93599,'51','N HAMBURGO'), (7,'RS','Passo Fundo',4314100,99000,99099,'54',NULL),
    (7,'RS','Bento Gonçalves',4302105,95700,95719,'54','BENTO'), (7,'RS','Sant''Ana do Livramento',4317103,97570,97589,'55','LIVRAMENTO'),
    (8,'DF','Brasília',5300108,70000,72799,'61',NULL), (8,'GO','Goiânia',5208707,74000,74899,'62','GOYANIA'),
    (8,'GO','Aparecida de Goiânia',5201405,74900,74994,'62','AP DE GOIANIA'), (8,'GO','Anápolis',5201108,75000,75149,'62',NULL),
    (8,'GO','Rio Verde',5218805,75900,75919,'64',NULL), (8,'MT','Cuiabá',5103403,78000,78109,'65','CUYABA'),
    (8,'MT','Várzea Grande',5108402,78110,78174,'65',NULL), (8,'MT','Rondonópolis',5107602,78700,78750,'66',NULL),
    (8,'MS','Campo Grande',5002704,79000,79124,'67','C GRANDE'), (8,'MS','Dourados',5003702,79800,79849,'67',NULL),
    (9,'BA','Salvador',2927408,40000,42599,'71','S SALVADOR'), (9,'BA','Feira de Santana',2910800,44000,44109,'75','FEIRA'),
    (9,'BA','Vitória da Conquista',2933307,45000,45109,'77','CONQUISTA'), (9,'BA','Ilhéus',2913606,45650,45669,'73','ILHEOS'),
    (9,'SE','Aracaju',2800308,49000,49098,'79',NULL), (9,'AL','Maceió',2704302,57000,57099,'82',NULL),
    (9,'PE','Recife',2611606,50000,52999,'81',NULL), (9,'PE','Jaboatão dos Guararapes',2607901,54000,54519,'81','JABOATAO'),
    (9,'PE','Olinda',2609600,53000,53399,'81',NULL), (9,'PE','Caruaru',2604106,55000,55099,'81',NULL),
    (9,'PE','Petrolina',2611101,56300,56334,'87',NULL), (9,'PB','João Pessoa',2507507,58000,58099,'83','J PESSOA'),
    (9,'PB','Campina Grande',2504009,58400,58449,'83',NULL), (9,'RN','Natal',2408102,59000,59139,'84',NULL),
    (9,'RN','Mossoró',2408003,59600,59649,'84',NULL), (9,'CE','Fortaleza',2304400,60000,61599,'85',NULL),
    (9,'CE','Juazeiro do Norte',2307304,63000,63059,'88','JUAZEIRO'), (9,'PI','Teresina',2211001,64000,64099,'86','THERESINA'),
    (9,'MA','São Luís',2111300,65000,65109,'98','SAO LUIZ'), (9,'MA','Imperatriz',2105302,65900,65919,'99',NULL),
    (10,'PA','Belém',1501402,66000,66999,'91','BELEM DO PARA'), (10,'PA','Ananindeua',1500800,67000,67199,'91',NULL),
    (10,'PA','Santarém',1506807,68000,68109,'93',NULL), (10,'PA','Marabá',1504208,68500,68514,'94',NULL),
    (10,'AM','Manaus',1302603,69000,69099,'92','MANAOS'), (10,'RO','Porto Velho',1100205,76800,76834,'69',NULL),
    (10,'RO','Ji-Paraná',1100122,76900,76919,'69','JIPARANA'), (10,'AC','Rio Branco',1200401,69900,69923,'68',NULL),
    (10,'RR','Boa Vista',1400100,69300,69339,'95',NULL), (10,'AP','Macapá',1600303,68900,68914,'96',NULL),
    (10,'TO','Palmas',1721000,77000,77249,'63',NULL), (10,'TO','Araguaína',1702109,77800,77834,'63',NULL)
  ) AS place (region, uf, name, ibge, cep_low, cep_high, area_code, alias)) AS numbered
  ORDER BY city_id
$$;

CREATE OR REPLACE FUNCTION erp_generate_reference() RETURNS void LANGUAGE sql AS $$
  INSERT INTO pcfilial (codigo, razaosocial, fantasia, cgc, cidade, uf) VALUES
    ('1', 'ATACADO RIO CLARO DISTRIBUIDORA DE ALIMENTOS LTDA', 'RIO CLARO MATRIZ', erp_masked(erp_branch_cnpj('1')), 'SAO PAULO', 'SP'),
    ('2', 'ATACADO RIO CLARO DISTRIBUIDORA DE ALIMENTOS LTDA', 'RIO CLARO RECIFE', erp_branch_cnpj('2'), 'RECIFE', 'PE');

  INSERT INTO pcregiao (numregiao, regiao, uf, codfilial, status, perfrete, vlfretekg, exportafv, dtalteracao)
  SELECT number, name, uf, branch, 'A', freight, 0.0500 + number * 0.0125, 1,
    erp_base_date() - number * 9 + interval '14:22:33.123456'   -- the one stamp that keeps fractions of a second
  FROM (VALUES (1,'CAPITAL E GRANDE SÃO PAULO','SP','1',0), (2,'INTERIOR DE SÃO PAULO','SP','1',1.25), (3,'RIO DE JANEIRO E ESPÍRITO SANTO','RJ','1',2.5),
    (4,'MINAS GERAIS','MG','1',2.75), (5,'PARANÁ','PR','1',3), (6,'SANTA CATARINA','SC','1',3.5), (7,'RIO GRANDE DO SUL','RS','1',4.125),
    (8,'CENTRO-OESTE','DF','1',4.5), (9,'NORDESTE','PE','2',2.3333), (10,'NORTE','PA','2',6.75)) AS region (number, name, uf, branch, freight);

  INSERT INTO pcpraca (codpraca, praca, numregiao, rota, seqrota, situacao, codmunic)
  SELECT codpraca, left(erp_plain(erp_upper(name)), 20) || ' - ' || uf, numregiao, numregiao, codpraca % 100, 'A', ibge
  FROM (SELECT DISTINCT ON (codpraca) * FROM truth.city ORDER BY codpraca, city_id) AS main_city ORDER BY codpraca;

  INSERT INTO pcplpag (codplpag, descricao, numdias, tipoprazo, prazo1, prazo2, prazo3, numpr, tipovenda, pertxfim, vendabk, vlminpedido,
    numparcelas, enviaplanofv, status, dtultalter)
  SELECT code, name, days, 'N', day1, day2, day3, price_column, kind, fee, 'S', minimum, instalments, sent, status,
    CASE WHEN code <> 6 THEN erp_base_date() - code * 31 + time '09:15:00' END
  FROM (VALUES
    (1,'À VISTA',0,0,NULL,NULL,1,'VV',0,NULL,1,'S','A'), (2,'7 DIAS',7,7,NULL,NULL,2,'VP',0.5,0,1,'S','A'),
    (3,'14 DIAS',14,14,NULL,NULL,2,'VP',1,0,1,'S','A'), (4,'21 DIAS',21,21,NULL,NULL,3,'VP',1.5,150,1,'S','A'),
    (5,'28 DIAS',28,28,NULL,NULL,3,'VP',2,150,1,'S','A'), (6,'30 DIAS',30,30,NULL,NULL,4,'VP',2.25,200,1,'S','A'),
    (7,'30/60 DIAS',45,30,60,NULL,5,'VP',3.5,300,2,'S','A'), (8,'28/35/42 DIAS',35,28,35,42,5,'VP',3.3333,400,3,'S','A'),
    (9,'30/60/90 DIAS',60,30,60,90,6,'VP',5,800,3,'S','A'), (10,'CARTÃO DE CRÉDITO',30,30,NULL,NULL,7,'VP',6.1234,NULL,1,'S','A'),
    (11,'BONIFICAÇÃO',0,0,NULL,NULL,1,'VB',0,NULL,1,'S','A'), (12,'60 DIAS - PLANO ANTIGO',60,60,NULL,NULL,6,'VP',4,500,1,'N','I')
  ) AS plan (code, name, days, day1, day2, day3, price_column, kind, fee, minimum, instalments, sent, status);

  INSERT INTO pccob (codcob, cobranca, nivelvenda, prazomaximovenda, vlminpedido, boleto, cartao, enviacobrancafv, validalimitecredito, dtultalter)
  SELECT code, name, level, days, NULL, slip, card, sent, credit, erp_base_date() - days * 3 + time '08:00:00'
  FROM (VALUES ('D','DINHEIRO',1,0,'N','N','S','N'), ('PIX','PIX',1,0,'N','N','S','N'), ('BK','BOLETO BANCÁRIO',3,60,'S','N','S','S'),
    ('CH','CHEQUE PRÉ-DATADO',4,45,'N','N','S','S'), ('CARC','CARTÃO DE CRÉDITO',2,30,'N','S','S','N'), ('DEP','DEPÓSITO EM CONTA',2,7,'N','N','S','S'),
    ('BNF','BONIFICAÇÃO',1,0,'N','N','S','N'), ('DESD','COBRANÇA DESCONTADA',5,90,'S','N','N','S')
  ) AS charge (code, name, level, days, slip, card, sent, credit);

  INSERT INTO pcretornoimportarvendas (codretorno, descricao, tiporetorno) VALUES
    (0, 'Pedido importado com sucesso', 'S'),
    (1, 'Pedido importado com cortes por falta de estoque', 'A'),
    (2, 'Pedido importado com itens recusados', 'A'),
    (3, 'Pedido importado e bloqueado: cliente bloqueado', 'A'),
    (4, 'Pedido importado e bloqueado: limite de crédito excedido', 'A'),
    (5, 'Pedido importado e bloqueado: preço abaixo do mínimo permitido', 'A'),
    (6, 'Pedido importado e bloqueado: bonificação acima do máximo permitido', 'A'),
    (7, 'Pedido importado e bloqueado: valor acima do máximo de venda do RCA', 'A'),
    (10, 'Cliente não cadastrado', 'E'),
    (11, 'CNPJ/CPF do pedido não confere com o cadastro do cliente', 'E'),
    (12, 'Cliente excluído', 'E'),
    (13, 'RCA não cadastrado', 'E'),
    (14, 'RCA bloqueado ou desligado', 'E'),
    (15, 'Cliente não pertence à carteira do RCA', 'E'),
    (16, 'Plano de pagamento não cadastrado ou inativo', 'E'),
    (17, 'Cobrança não cadastrada', 'E'),
    (18, 'Filial não cadastrada', 'E'),
    (19, 'Pedido sem itens', 'E'),
    (20, 'Nenhum item do pedido pôde ser aceito', 'E'),
    (21, 'Pedido abaixo do valor mínimo do RCA', 'E'),
    (22, 'Pedido abaixo do valor mínimo do plano de pagamento', 'E'),
    (23, 'Nenhum item do pedido tem estoque', 'E'),
    (99, 'Erro inesperado na importação', 'E');
$$;

-- Reps 1..reps sell; 901 to 903 left the company in the three ways an ERP knows and have no customers.
CREATE OR REPLACE FUNCTION erp_generate_reps(seed bigint, reps integer) RETURNS void LANGUAGE sql AS $$
  INSERT INTO pcusuari (codusur, nome, tipovend, codsupervisor, codfilial, bloqueio, email, telefone1, senha, vlcorrente, vllimcred, perdescmax,
    vlvendaminped, proxnumped, proxnumpedforca, dttermino, dtexclusao, dtultalteracao)
  SELECT code, left(erp_person_name(seed, 'rep', code), 40), CASE WHEN erp_pick(seed, 'rep.kind', code, 5) = 0 THEN 'I' ELSE 'E' END,
    1 + (code - 1) % reps / 10, CASE WHEN code % reps >= reps * 0.8 THEN '2' ELSE '1' END, CASE WHEN code = 901 THEN 'S' ELSE 'N' END,
    'rca' || code || '@rioclaro.example', '119' || lpad(erp_pick(seed, 'rep.phone', code, 100000000)::text, 8, '0'),
    md5(seed || 'rep' || code), erp_pick(seed, 'rep.current', code, 500000) / 100.0, 80000, 5 + erp_pick(seed, 'rep.discount', code, 3) * 5,
    CASE WHEN code = 1 OR erp_pick(seed, 'rep.minimum', code, 10) > 0 THEN 50 + 25 * erp_pick(seed, 'rep.minimum', code, 4) * least(1, code - 1) END,
    1, code * 1000000 + 1,
    CASE WHEN code = 902 THEN timestamp '2026-03-31' END, CASE WHEN code = 903 THEN timestamp '2025-12-12 17:45:10' END,
    CASE WHEN erp_pick(seed, 'rep.stamp', code, 10) > 0 THEN erp_base_date() - erp_pick(seed, 'rep.stamp.day', code, 300) + time '10:30:00' END
  FROM (SELECT generate_series(1, reps) UNION ALL VALUES (901), (902), (903)) AS rep (code) ORDER BY code
$$;

-- ---------------------------------------------------------------- customers

-- Every 33rd customer is another one registered again: it shares what hangs on its root (document, city, rep).
CREATE OR REPLACE FUNCTION erp_customer_root(seed bigint, n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN n % 33 = 0 THEN n - 1 - erp_pick(seed, 'customer.root', n, 20) ELSE n END
$$;

-- Some never buy, so that a customer without orders exists.  The first customer of each rep always buys.
CREATE OR REPLACE FUNCTION erp_buys(seed bigint, n bigint, reps integer) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT n <= reps OR erp_pick(seed, 'customer.buys', n, 100) >= 8
$$;

-- The clean side of customers first..last.  Those from alphanumeric_from on were registered after July 2026.
CREATE OR REPLACE FUNCTION erp_add_customer_truth(seed bigint, first integer, last integer, reps integer, alphanumeric_from integer)
RETURNS void LANGUAGE sql AS $$
  INSERT INTO truth.duplicate (codcli, of_codcli)
  SELECT n, root FROM generate_series(first, last) AS n, LATERAL erp_customer_root(seed, n) AS root
  WHERE n <> root AND (root >= first OR EXISTS (SELECT FROM truth.customer AS known WHERE known.codcli = root)) ORDER BY n;

  INSERT INTO truth.customer (codcli, municipality, uf, ibge, document, cep, company_name)
  SELECT n, city.name, city.uf, city.ibge,
    coalesce(known.document, CASE WHEN person THEN erp_cpf(seed, root) ELSE erp_cnpj(seed, root, root >= alphanumeric_from) END),
    lpad((city.cep_low + erp_pick(seed, 'customer.cep', root, city.cep_high - city.cep_low + 1))::text, 5, '0')
      || lpad((erp_pick(seed, 'customer.cep.end', root, 90) * 10)::text, 3, '0'),
    coalesce(known.company_name, CASE WHEN person THEN erp_person_name(seed, 'customer', root) ELSE erp_company_name(seed, root) END)
  FROM generate_series(first, last) AS n
  LEFT JOIN truth.duplicate ON duplicate.codcli = n
  LEFT JOIN truth.customer AS known ON known.codcli = duplicate.of_codcli
  CROSS JOIN LATERAL coalesce(duplicate.of_codcli::bigint, n) AS root
  CROSS JOIN LATERAL (SELECT root > 4 AND root < alphanumeric_from AND erp_pick(seed, 'customer.person', root, 100) < 15 AS person) AS legal_form
  CROSS JOIN (SELECT count(*)::integer AS cities FROM truth.city) AS all_cities
  -- A rep works in neighbouring cities.
  JOIN truth.city ON city.city_id = 1 + ((root - 1) % reps * cities / reps + erp_pick(seed, 'customer.city', root, greatest(1, cities / reps))) % cities
  ORDER BY n
$$;

CREATE OR REPLACE FUNCTION erp_typed_city(city truth.city, seed bigint, n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT rtrim(left(CASE
    WHEN choice < 55 THEN erp_plain(erp_upper(city.name))
    WHEN choice < 78 THEN erp_upper(city.name)
    WHEN choice < 90 THEN erp_misspelt(erp_plain(erp_upper(city.name)), seed, n)
    WHEN choice < 96 THEN coalesce(city.alias, erp_misspelt(erp_plain(erp_upper(city.name)), seed, n))
    ELSE city.name END, 15))
  FROM (SELECT erp_pick(seed, 'customer.city.typed', n, 100) AS choice) AS typing
$$;

-- A phone in 13 characters at most; some without the area code.
CREATE OR REPLACE FUNCTION erp_typed_phone(area_code text, seed bigint, n bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN choice < 40 THEN '(' || area_code || ')' || left(number, 4) || '-' || right(number, 4)
    WHEN choice < 60 THEN area_code || '9' || number
    WHEN choice < 75 THEN area_code || ' ' || number
    WHEN choice < 85 THEN '(' || area_code || ')9' || number
    WHEN choice < 93 THEN '0' || area_code || number
    WHEN choice < 98 THEN left(number, 4) || '-' || right(number, 4) END
  FROM (SELECT erp_pick(seed, 'customer.phone.typed', n, 100) AS choice,
    (3 + erp_pick(seed, 'customer.phone.a', n, 6)) || lpad(erp_pick(seed, 'customer.phone.b', n, 10000000)::text, 7, '0') AS number) AS phone
$$;

-- A company registered twice comes with its name told differently.
CREATE OR REPLACE FUNCTION erp_name_variant(name text, choice integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE choice
    WHEN 0 THEN regexp_replace(name, ' (LTDA|ME|EPP|EIRELI|S/A|LTDA ME|LTDA EPP)$', '')
    WHEN 1 THEN replace(replace(name, 'SUPERMERCADO', 'SUPERM.'), 'COMERCIAL', 'COML.') || ' - ME'
    WHEN 2 THEN replace(replace(name, ' & ', ' E '), 'LTDA', 'LIMITADA')
    ELSE replace(name, 'SANT', 'ST') || ' (NOVO CADASTRO)' END
$$;


-- The ERP's rows of customers first..last, written from the truth with the dirt put on.  Without a given stamp the older ones were
-- registered from 2015 on, and those with an alphanumeric CNPJ since July 2026.
CREATE OR REPLACE FUNCTION erp_add_customers(seed bigint, first integer, last integer, reps integer, alphanumeric_from integer,
  registered timestamp DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
  SELECT erp_add_customer_truth(seed, first, last, reps, alphanumeric_from);

  INSERT INTO pcclient (codcli, cliente, fantasia, tipofj, cgcent, ieent, enderent, bairroent, municent, estent, cepent, telent, email,
    codatv1, codusur1, codusur2, codpraca, codcob, codplpag, limcred, bloqueio, codcliprinc, prazoadicional, perdesc, obs, dtcadastro,
    dtultalter, dtexclusao, codfilialnf, codcidade, latitude, longitude, senha_web)
  SELECT n, left(typed_name, 60), left(nullif(regexp_replace(shown_name, ' (LTDA.*|ME|EIRELI|S/A|& .*)$', ''), CASE WHEN person THEN shown_name END), 40),
    CASE WHEN person THEN 'F' ELSE 'J' END, erp_typed_document(document, erp_pick(seed, 'customer.mask', n, 100)),
    CASE WHEN person THEN 'ISENTO' WHEN erp_pick(seed, 'customer.ie', n, 12) > 0 THEN lpad(erp_spread(seed, 'customer.ie', n, 999999937)::text, 12, '1') END,
    left(erp_word(ARRAY['RUA ','AV ','AV. ','TRAVESSA ','ROD ','PÇA '], seed, 'customer.street.kind', n)
      || erp_word(ARRAY['SETE DE SETEMBRO','XV DE NOVEMBRO','DOM PEDRO II','GETÚLIO VARGAS','DAS FLORES','SÃO PAULO','BRASIL','TIRADENTES','RUI BARBOSA',
        'MARECHAL DEODORO','SANTOS DUMONT','JOÃO XXIII','DAS PALMEIRAS','CASTRO ALVES'], seed, 'customer.street', n)
      || ', ' || (1 + erp_pick(seed, 'customer.street.number', n, 4000)), 40),
    erp_word(ARRAY['CENTRO','JARDIM AMÉRICA','VILA NOVA','BOA VISTA','SÃO JOSÉ','INDUSTRIAL','SANTA CRUZ','JD. PRIMAVERA','VL. SÃO JOÃO','PARQUE DAS ÁRVORES'],
      seed, 'customer.quarter', n),
    erp_typed_city(city, seed, n), city.uf,
    CASE WHEN cep_choice < 60 THEN left(cep, 5) || '-' || right(cep, 3) WHEN cep_choice < 94 THEN cep
      WHEN cep_choice < 97 THEN left(cep, 5) || ' ' || right(cep, 3) ELSE left(cep, 5) || '.' || right(cep, 3) END,
    erp_typed_phone(city.area_code, seed, n),
    CASE WHEN erp_pick(seed, 'customer.email', n, 10) < 7 THEN 'compras' || n || '@cliente.example' END,
    1 + erp_pick(seed, 'customer.trade', n, 12), 1 + (root - 1) % reps,
    CASE WHEN erp_pick(seed, 'customer.rep2', n, 10) = 0 THEN 1 + erp_pick(seed, 'customer.rep2.code', n, reps) END,
    city.codpraca, erp_word(ARRAY['BK','BK','BK','BK','PIX','D','CH'], seed, 'customer.charge', n),
    CASE WHEN plain THEN 5 ELSE 1 + erp_pick(seed, 'customer.plan', n, 9) END,
    CASE WHEN plain THEN 50000 WHEN erp_pick(seed, 'customer.limit', n, 30) = 0 THEN 0 ELSE 1000 + 500 * erp_pick(seed, 'customer.limit.value', n, 78) END,
    CASE WHEN NOT plain AND erp_pick(seed, 'customer.blocked', n, 100) < 4 THEN 'S' ELSE 'N' END, duplicate_of,
    CASE WHEN erp_pick(seed, 'customer.extra', n, 20) = 0 THEN 7 END, erp_pick(seed, 'customer.discount', n, 8) * 0.25,
    CASE erp_pick(seed, 'customer.obs', n, 12) WHEN 0 THEN 'RECEBE SÓ PELA MANHÃ' WHEN 1 THEN 'LIGAR ANTES DE ENTREGAR' END,
    created, CASE WHEN registered IS NOT NULL THEN registered WHEN erp_pick(seed, 'customer.stamp', n, 100) >= 6
      THEN created + (erp_base_date() + time '18:00:00' - created) * (erp_pick(seed, 'customer.stamp.part', n, 1000) / 1000.0) END,
    CASE WHEN NOT plain AND registered IS NULL AND erp_pick(seed, 'customer.excluded', n, 100) < 2
      THEN erp_base_date() - erp_pick(seed, 'customer.excluded.day', n, 90) + time '11:11:11' END,
    region.codfilial, CASE WHEN erp_pick(seed, 'customer.ibge', n, 10) < 3 THEN city.ibge END, NULL, NULL,
    CASE WHEN erp_pick(seed, 'customer.web', n, 4) = 0 THEN md5(seed || 'web' || n) END
  FROM (
    SELECT codcli::integer AS n, coalesce(of_codcli, codcli)::integer AS root, of_codcli AS duplicate_of, document, cep, company_name, ibge,
      length(document) = 11 AS person, codcli <= reps AS plain, erp_pick(seed, 'customer.cep.typed', codcli::integer, 100) AS cep_choice,
      CASE WHEN erp_pick(seed, 'customer.accents', codcli::integer, 4) > 0 THEN erp_plain(company_name) ELSE company_name END AS shown_name,
      date_trunc('second', coalesce(registered, CASE WHEN codcli >= alphanumeric_from
        THEN timestamp '2026-07-01 08:00' + (codcli - alphanumeric_from) * interval '110 days' / greatest(1, last + 1 - alphanumeric_from)
        ELSE timestamp '2015-01-05 08:00' + codcli * interval '4190 days' / alphanumeric_from END)) AS created
    FROM truth.customer LEFT JOIN truth.duplicate USING (codcli) WHERE codcli BETWEEN first AND last) AS clean
  CROSS JOIN LATERAL (SELECT CASE WHEN duplicate_of IS NULL THEN shown_name ELSE erp_name_variant(shown_name, erp_pick(seed, 'customer.variant', n, 4)) END AS typed_name) AS typing
  JOIN truth.city ON city.ibge = clean.ibge JOIN pcregiao AS region ON region.numregiao = city.numregiao
  ORDER BY n
$$;

-- Stray blanks in 6 % of the names and 4 % of the quarters of customers first..last.
CREATE OR REPLACE FUNCTION erp_add_customer_blanks(seed bigint, first integer, last integer) RETURNS void LANGUAGE sql AS $$
  WITH dirtied AS (
    UPDATE pcclient SET cliente = erp_stray_blank(cliente, erp_pick(seed, 'blank.name.kind', codcli::integer, 3))
    WHERE codcli BETWEEN first AND last AND erp_pick(seed, 'blank.name', codcli::integer, 100) < 6 AND length(cliente) <= 57
    RETURNING codcli, old.cliente AS clean)
  INSERT INTO truth.stray_blank SELECT 'PCCLIENT', 'CLIENTE', codcli, clean FROM dirtied ORDER BY codcli;

  WITH dirtied AS (
    UPDATE pcclient SET bairroent = erp_stray_blank(bairroent, erp_pick(seed, 'blank.quarter.kind', codcli::integer, 3))
    WHERE codcli BETWEEN first AND last AND erp_pick(seed, 'blank.quarter', codcli::integer, 100) < 4
    RETURNING codcli, old.bairroent AS clean)
  INSERT INTO truth.stray_blank SELECT 'PCCLIENT', 'BAIRROENT', codcli, clean FROM dirtied ORDER BY codcli
$$;

-- ---------------------------------------------------------------- products

CREATE OR REPLACE FUNCTION erp_categories() RETURNS TABLE (section integer, department integer, name text, ncm text, cents_min integer,
  cents_max integer, variants text[], sizes text[], box integer) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  VALUES
    (101,1,'ARROZ','10063021',450,3200,ARRAY['TIPO 1','INTEGRAL','PARBOILIZADO','AGULHINHA'],ARRAY['1KG','2KG','5KG'],6),
    (102,1,'FEIJÃO','07133319',480,1400,ARRAY['CARIOCA','PRETO','FRADINHO','BRANCO'],ARRAY['500G','1KG','2KG'],10),
    (103,1,'AÇÚCAR','17019900',320,1900,ARRAY['REFINADO','CRISTAL','DEMERARA','MASCAVO'],ARRAY['1KG','2KG','5KG'],10),
    (104,1,'CAFÉ','09012100',900,3900,ARRAY['TRADICIONAL','EXTRA FORTE','GOURMET','DESCAFEINADO'],ARRAY['250G','500G','1KG'],10),
    (105,1,'ÓLEO DE SOJA','15079011',550,1200,ARRAY['PET','LATA','PREMIUM'],ARRAY['900ML','500ML'],20),
    (106,1,'MACARRÃO','19021900',230,990,ARRAY['ESPAGUETE','PARAFUSO','PENNE','AVE MARIA','TALHARIM'],ARRAY['500G','1KG'],20),
    (107,1,'FARINHA','11010010',280,2400,ARRAY['DE TRIGO','DE MANDIOCA','DE ROSCA','LÁCTEA'],ARRAY['500G','1KG','5KG'],10),
    (108,1,'MOLHO DE TOMATE','21032010',150,890,ARRAY['TRADICIONAL','MANJERICÃO','PIZZA','BOLONHESA'],ARRAY['300G','340G','2KG'],24),
    (109,1,'BISCOITO','19053100',180,850,ARRAY['RECHEADO CHOCOLATE','CREAM CRACKER','MAISENA','WAFER MORANGO','ÁGUA E SAL'],ARRAY['120G','200G','400G'],30),
    (110,1,'ACHOCOLATADO','18069000',380,1900,ARRAY['EM PÓ','LIGHT','INSTANTÂNEO'],ARRAY['200G','400G','800G'],24),
    (111,1,'SARDINHA','16041310',420,1100,ARRAY['EM ÓLEO','AO TOMATE','COM LIMÃO'],ARRAY['125G','250G'],50),
    (112,1,'TEMPERO','21039021',120,780,ARRAY['COMPLETO','ALHO E SAL','COMINHO','COLORAU'],ARRAY['60G','300G','1KG'],24),
    (201,2,'REFRIGERANTE','22021000',280,1100,ARRAY['COLA','GUARANÁ','LARANJA','LIMÃO','UVA'],ARRAY['350ML','600ML','1L','2L'],12),
    (202,2,'SUCO','20098990',250,1400,ARRAY['UVA','LARANJA','CAJU','GOIABA','MARACUJÁ'],ARRAY['200ML','1L','1,5L'],12),
    (203,2,'ÁGUA MINERAL','22011000',110,690,ARRAY['SEM GÁS','COM GÁS'],ARRAY['300ML','500ML','1,5L','5L'],12),
    (204,2,'CERVEJA','22030000',290,1400,ARRAY['PILSEN','PURO MALTE','SEM ÁLCOOL','IPA'],ARRAY['269ML','350ML','600ML'],12),
    (205,2,'ENERGÉTICO','22029900',590,1500,ARRAY['TRADICIONAL','ZERO','TROPICAL'],ARRAY['250ML','473ML','2L'],24),
    (206,2,'VINHO','22042100',1400,8900,ARRAY['TINTO SECO','TINTO SUAVE','BRANCO','ROSÉ'],ARRAY['750ML','1L'],6),
    (207,2,'CACHAÇA','22084000',900,4900,ARRAY['PRATA','OURO','ENVELHECIDA'],ARRAY['700ML','965ML'],12),
    (301,3,'DETERGENTE','34025000',180,990,ARRAY['NEUTRO','MAÇÃ','COCO','LIMÃO'],ARRAY['500ML','5L'],24),
    (302,3,'SABÃO EM PÓ','34025000',590,3500,ARRAY['LAVAGEM PERFEITA','MULTIAÇÃO','COCO'],ARRAY['800G','1,6KG','4KG'],12),
    (303,3,'DESINFETANTE','38089419',320,1900,ARRAY['PINHO','LAVANDA','EUCALIPTO'],ARRAY['500ML','2L','5L'],12),
    (304,3,'ÁGUA SANITÁRIA','28289011',220,1200,ARRAY['TRADICIONAL','PERFUMADA'],ARRAY['1L','2L','5L'],12),
    (305,3,'AMACIANTE','38099190',550,2900,ARRAY['AZUL','ROSA','CONCENTRADO'],ARRAY['500ML','2L','5L'],6),
    (306,3,'PAPEL HIGIÊNICO','48181000',450,4500,ARRAY['FOLHA SIMPLES','FOLHA DUPLA','NEUTRO'],ARRAY['4X30M','12X30M','16X60M'],16),
    (307,3,'ESPONJA','68053090',150,790,ARRAY['MULTIUSO','AÇO','ANTIRRISCO'],ARRAY['1UN','4UN'],60),
    (401,4,'QUEIJO','04061010',1900,8900,ARRAY['MUÇARELA','PRATO','COALHO','PARMESÃO'],ARRAY['KG','500G'],4),
    (402,4,'LEITE UHT','04012010',420,790,ARRAY['INTEGRAL','DESNATADO','SEM LACTOSE'],ARRAY['1L'],12),
    (403,4,'MARGARINA','15171000',350,1900,ARRAY['COM SAL','SEM SAL','CREMOSA'],ARRAY['250G','500G','1KG'],12),
    (404,4,'LINGUIÇA','16010000',1200,3900,ARRAY['TOSCANA','CALABRESA','DE FRANGO'],ARRAY['KG','2,5KG'],6),
    (501,5,'SABONETE','34011190',150,690,ARRAY['LAVANDA','ERVA-DOCE','LEITE','AVEIA'],ARRAY['85G','150G'],72),
    (502,5,'CREME DENTAL','33061000',240,1500,ARRAY['MENTA','BRANQUEADOR','INFANTIL'],ARRAY['50G','90G','180G'],48),
    (503,5,'SHAMPOO','33051000',690,3900,ARRAY['HIDRATAÇÃO','ANTICASPA','CACHOS','2 EM 1'],ARRAY['200ML','325ML','750ML'],12)
$$;

CREATE OR REPLACE FUNCTION erp_add_products(seed bigint, first integer, last integer, registered timestamp DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
  INSERT INTO pcprodut (codprod, descricao, embalagem, unidade, unidademaster, qtunit, qtunitcx, pesoliq, pesobruto, codepto, codsec, codfornec,
    codauxiliar, revenda, codprodprinc, obs2, nbm, multiplo, aceitavendafracao, enviarforcavendas, dtcadastro, dtultalter, dtexclusao)
  SELECT n, rtrim(left(CASE WHEN erp_pick(seed, 'product.accents', n, 5) > 0 THEN erp_plain(description) ELSE description END, 40)),
    CASE WHEN box < 20 THEN 'CX C/' ELSE 'FD C/' END || box, CASE WHEN by_weight THEN 'KG' ELSE 'UN' END, CASE WHEN box < 20 THEN 'CX' ELSE 'FD' END,
    1, box, weight, round(weight * 1.037, 6), department, section, supplier,
    CASE WHEN erp_pick(seed, 'product.ean', n, 50) > 0 OR plain THEN (ean || erp_ean_dv(ean))::numeric END,
    'S', n, CASE WHEN NOT plain AND erp_pick(seed, 'product.discontinued', n, 100) < 3 THEN 'FL' END,
    CASE WHEN erp_pick(seed, 'product.ncm', n, 3) = 0 THEN regexp_replace(ncm, '^(....)(..)(..)$', '\1.\2.\3') ELSE ncm END,
    CASE WHEN plain OR by_weight OR erp_pick(seed, 'product.multiple', n, 10) < 6 THEN 1
      WHEN erp_pick(seed, 'product.multiple', n, 10) < 9 THEN CASE WHEN box % 6 = 0 THEN 6 ELSE box END END,
    CASE WHEN by_weight THEN 'S' ELSE 'N' END, CASE WHEN erp_pick(seed, 'product.sent', n, 40) = 0 AND NOT plain THEN 'N' ELSE 'S' END,
    created, CASE WHEN registered IS NOT NULL THEN registered WHEN erp_pick(seed, 'product.stamp', n, 100) >= 7
      THEN erp_base_date() - erp_pick(seed, 'product.stamp.day', n, 240) + erp_pick(seed, 'product.stamp.second', n, 86400) * interval '1 second' END,
    CASE WHEN NOT plain AND registered IS NULL AND erp_pick(seed, 'product.excluded', n, 100) < 1
      THEN erp_base_date() - erp_pick(seed, 'product.excluded.day', n, 60) + time '16:40:00' END
  FROM generate_series(first, last) AS n
  JOIN (SELECT row_number() OVER (ORDER BY section) - 1 AS place, count(*) OVER ()::integer AS categories, category.* FROM erp_categories() AS category) AS category
    ON category.place = erp_pick(seed, 'product.category', n, categories)
  CROSS JOIN LATERAL (SELECT n <= 20 AS plain, 1 + erp_pick(seed, 'product.brand', n, 30) AS brand, erp_word(sizes, seed, 'product.size', n) AS size) AS choice
  CROSS JOIN LATERAL (SELECT 1000 + brand * 30 AS supplier, size = 'KG' AS by_weight,
    round((100 + erp_pick(seed, 'product.weight', n, 500000)) / 100000.0, 6) AS weight,
    name || ' ' || (ARRAY['SERRA AZUL','DONA ROSA','BOM GRÃO','SABOR DA ROÇA','TRÊS PINHEIROS','CASA VERDE','SOL NASCENTE','RIO DOCE','FLOR DO CAMPO',
      'MONTE BELO','ÁGUIA','PRIMOR DO SUL','BRASA','COLINA','ESTÂNCIA','IPÊ','JANGADA','LUAR','MARÉ','NEVADA','OURO FINO','PRAIA','QUINTAL','RECANTO',
      'SERENO','TROPEIRO','UIRAPURU','VALE REAL','XODÓ','ZÊNITE'])[brand] || ' ' || erp_word(variants, seed, 'product.variant', n) || ' ' || size AS description,
    '789' || lpad((1000 + brand * 30 + n / 100000)::text, 4, '0') || lpad((n % 100000)::text, 5, '0') AS ean,
    coalesce(registered, timestamp '2016-02-01 09:00' + (n * 37 % 3800) * interval '1 day') AS created) AS built
  ORDER BY n
$$;

CREATE OR REPLACE FUNCTION erp_add_product_blanks(seed bigint, first integer, last integer) RETURNS void LANGUAGE sql AS $$
  WITH dirtied AS (
    UPDATE pcprodut SET descricao = erp_stray_blank(descricao, erp_pick(seed, 'blank.product.kind', codprod::integer, 3))
    WHERE codprod BETWEEN first AND last AND erp_pick(seed, 'blank.product', codprod::integer, 100) < 3 AND length(descricao) <= 37
    RETURNING codprod, old.descricao AS clean)
  INSERT INTO truth.stray_blank SELECT 'PCPRODUT', 'DESCRICAO', codprod, clean FROM dirtied ORDER BY codprod
$$;

-- A price for each region.  PVENDA1 is the lowest of the seven; the minimum price is what the largest discount leaves of it.
CREATE OR REPLACE FUNCTION erp_add_prices(seed bigint, first integer, last integer, changed timestamp DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
  INSERT INTO pctabpr (codprod, numregiao, ptabela, pvenda, pvenda1, pvenda2, pvenda3, pvenda4, pvenda5, pvenda6, pvenda7, perdescmax,
    precominimovenda, codst, excluido, dtultaltpvenda, dtiniciovalidade, dtfimvalidade)
  SELECT n, numregiao, price, price, price, round(price * 1.015, decimals), round(price * 1.03, decimals), round(price * 1.045, decimals),
    round(price * 1.06, decimals), round(price * 1.08, decimals), round(price * 1.1, decimals), discount,
    CASE WHEN erp_pick(seed, 'price.minimum', n, 10) > 0 THEN round(price * (1 - discount / 100.0), decimals) END, 1 + section % 9,
    CASE WHEN n > 20 AND erp_pick(seed, 'price.excluded', key, 200) = 0 THEN 'S' ELSE 'N' END,
    CASE WHEN changed IS NOT NULL THEN changed WHEN erp_pick(seed, 'price.stamp', key, 100) >= 4
      THEN erp_base_date() - erp_pick(seed, 'price.stamp.day', n, 120) + erp_pick(seed, 'price.stamp.second', key, 86400) * interval '1 second' END,
    timestamp '2026-01-01', CASE WHEN n > 20 AND erp_pick(seed, 'price.end', key, 300) = 0 THEN timestamp '2026-09-30 23:59:59' END
  FROM (SELECT codprod::integer AS n, codsec::integer AS section FROM pcprodut WHERE codprod BETWEEN first AND last) AS product
  JOIN erp_categories() AS category USING (section)
  CROSS JOIN (SELECT numregiao::integer AS numregiao FROM pcregiao) AS region
  CROSS JOIN LATERAL (SELECT n * 100 + numregiao AS key, CASE WHEN erp_pick(seed, 'price.decimals', n, 20) = 0 THEN 6 ELSE 2 END AS decimals,
    (ARRAY[0, 3, 5, 5, 8, 10, 10, 15])[1 + erp_pick(seed, 'price.discount', n, 8)] AS discount) AS choice
  CROSS JOIN LATERAL (SELECT round((cents_min + erp_pick(seed, 'price', n, cents_max - cents_min)) / 100.0 * (0.988 + numregiao * 0.012), decimals) AS price) AS base
  ORDER BY n, numregiao
$$;

-- Stock of both branches.  What open orders hold is reserved, and there is at least that much.
CREATE OR REPLACE FUNCTION erp_add_stock(seed bigint, first integer, last integer, entered timestamp DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
  INSERT INTO pcest (codfilial, codprod, qtestger, qtreserv, qtbloqueada, qtpendente, qtest, custofin, custoreal, custorep, valorultent, dtultent, dtultsaida)
  SELECT branch, n, stock, reserved, blocked, 0, stock, round(price * 0.72, 6), round(price * 0.69, 4), round(price * 0.75, 6), round(price * 0.7, 2),
    coalesce(entered, erp_base_date() - erp_pick(seed, 'stock.in', key, 60) + time '07:00:00'),
    CASE WHEN entered IS NULL AND erp_pick(seed, 'stock.out', key, 12) > 0 THEN erp_base_date() - erp_pick(seed, 'stock.out.day', key, 20) + time '17:00:00' END
  FROM (SELECT codprod::integer AS n, aceitavendafracao = 'S' AS by_weight FROM pcprodut WHERE codprod BETWEEN first AND last) AS product
  CROSS JOIN (VALUES ('1'), ('2')) AS branches (branch)
  LEFT JOIN (SELECT codprod::integer AS n, codfilialretira AS branch, sum(qt) AS held FROM pcpedi
    WHERE codprod BETWEEN first AND last AND posicao IN ('P', 'B', 'L', 'M') GROUP BY 1, 2) AS open_line USING (n, branch)
  LEFT JOIN (SELECT codprod::integer AS n, pvenda1 AS price FROM pctabpr WHERE codprod BETWEEN first AND last AND numregiao = 1) AS price USING (n)
  CROSS JOIN LATERAL (SELECT n * 10 + branch::integer AS key, coalesce(held, 0) AS reserved) AS choice
  CROSS JOIN LATERAL (SELECT CASE WHEN erp_pick(seed, 'stock.blocked', key, 25) = 0 THEN erp_pick(seed, 'stock.blocked.quantity', key, 30) ELSE 0 END AS blocked) AS hold
  CROSS JOIN LATERAL (SELECT reserved + blocked + CASE WHEN n <= 20 THEN 5000 WHEN erp_pick(seed, 'stock.none', key, 100) < 8 THEN 0
    ELSE 1 + erp_pick(seed, 'stock', key, 1500) + CASE WHEN by_weight THEN erp_pick(seed, 'stock.fraction', key, 1000) / 1000.0 ELSE 0 END END AS stock) AS quantity
  ORDER BY branch, n
$$;

-- ---------------------------------------------------------------- orders, invoices, receivables

-- Three months of order headers, oldest first.  The last two business days are still on their way through the warehouse.
CREATE OR REPLACE FUNCTION erp_order_heads(seed bigint, orders integer, reps integer) RETURNS TABLE (n integer, numped numeric, codcli numeric,
  codusur numeric, codpraca numeric, codplpag numeric, codcob varchar, region integer, branch varchar, price_column integer, kind varchar,
  data timestamp, posicao text) LANGUAGE sql STABLE AS $$
  WITH buyer AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY codcli)::integer AS place, customer.*
    FROM pcclient AS customer WHERE dtexclusao IS NULL AND erp_buys(seed, codcli::integer, reps))
  SELECT n, 1000000 + n, buyer.codcli, codusur1, buyer.codpraca, buyer.codplpag, buyer.codcob, pcpraca.numregiao::integer, codfilialnf,
    numpr::integer, plan.tipovenda, day::timestamp,
    CASE WHEN erp_base_date() - day = 0 THEN erp_word(ARRAY['P','P','P','P','L','L','L','B','M','M'], seed, 'order.position', n)
      WHEN erp_base_date() - day = 1 THEN erp_word(ARRAY['L','L','L','M','M','M','F','F','F','B'], seed, 'order.position', n)
      WHEN erp_pick(seed, 'order.cancelled', n, 100) < 5 THEN 'C' ELSE 'F' END
  FROM generate_series(1, orders) AS n
  CROSS JOIN LATERAL (SELECT erp_base_date() - 91 + (n - 1) * 92 / orders AS calendar) AS spread
  CROSS JOIN LATERAL (SELECT calendar - greatest(0, extract(isodow FROM calendar)::integer - 5) AS day) AS workday   -- weekends go to the Friday before
  CROSS JOIN (SELECT count(*)::integer AS buyers FROM buyer) AS total
  JOIN buyer ON buyer.place = 1 + erp_pick(seed, 'order.customer', n, buyers)
  JOIN pcpraca ON pcpraca.codpraca = buyer.codpraca
  JOIN pcplpag AS plan ON plan.codplpag = buyer.codplpag
$$;

-- Six lines an order on average, of the older four fifths of the products: the others were never sold.
CREATE OR REPLACE FUNCTION erp_generate_order_lines(seed bigint, orders integer, reps integer, products integer) RETURNS void LANGUAGE sql AS $$
  INSERT INTO pcpedi (numped, codprod, numseq, qt, qtfalta, pvenda, ptabela, perdesc, percom, st, posicao, codauxiliar, codfilialretira)
  SELECT head.numped, product.codprod, seq, quantity - cut, cut, round(price * (1 - discount / 100.0), 4), price,
    CASE WHEN price > 0 THEN round(100 * (1 - round(price * (1 - discount / 100.0), 4) / price), 6) END, 1.5 + erp_pick(seed, 'line.commission', key, 5) * 0.375,
    round(price * 0.0425, 6), head.posicao, product.codauxiliar, head.branch
  FROM erp_order_heads(seed, orders, reps) AS head
  CROSS JOIN LATERAL generate_series(1, 1 + erp_pick(seed, 'order.lines', head.n, 11)) AS seq
  CROSS JOIN LATERAL (SELECT head.n::bigint * 16 + seq AS key) AS line
  -- A fixed step from a random start, so that no product comes twice in an order.
  JOIN pcprodut AS product ON product.codprod = 1 + (erp_pick(seed, 'order.product', head.n, products * 4 / 5)
      + seq * (1 + erp_pick(seed, 'order.step', head.n, 7))) % (products * 4 / 5)
  JOIN pctabpr ON pctabpr.codprod = product.codprod AND numregiao = head.region
  CROSS JOIN LATERAL (SELECT (ARRAY[pvenda1, pvenda2, pvenda3, pvenda4, pvenda5, pvenda6, pvenda7])[head.price_column] AS price,
    erp_pick(seed, 'line.discount', key, perdescmax::integer + 1) AS discount,
    (1 + erp_pick(seed, 'line.quantity', key, 12)) * coalesce(multiplo, 1) AS quantity,
    CASE WHEN erp_pick(seed, 'line.cut', key, 33) = 0 THEN 1 ELSE 0 END AS cut) AS choice
  ORDER BY head.numped, seq
$$;

CREATE OR REPLACE FUNCTION erp_generate_orders(seed bigint, orders integer, reps integer, products integer) RETURNS void LANGUAGE sql AS $$
  SELECT erp_generate_order_lines(seed, orders, reps, products);

  INSERT INTO pcpedc (numped, numpedrca, codfilial, codcli, codusur, codsupervisor, codpraca, codcob, codplpag, condvenda, tipovenda, origemped,
    posicao, numitens, vltabela, vltotal, vlatend, vldesconto, numcar, numtransvenda, numnota, numpedcli, data, hora, minuto, dtentrega, dtcancel)
  SELECT head.numped, CASE WHEN mobile THEN codusur * 1000000 + row_number() OVER (PARTITION BY codusur, mobile ORDER BY numped) END,
    branch, codcli, codusur, codsupervisor, codpraca, codcob, codplpag, 1, kind, CASE WHEN mobile THEN 'F' ELSE 'T' END,
    posicao, lines, at_table, total, attended, at_table - total, CASE WHEN posicao IN ('M', 'F') THEN 20000 + n / 25 END,
    CASE WHEN posicao = 'F' THEN 50000000 + n END, CASE WHEN posicao = 'F' THEN 5000000 + n END,
    CASE WHEN erp_pick(seed, 'order.reference', n, 6) = 0 THEN 'OC-' || erp_pick(seed, 'order.reference.number', n, 90000) END,
    data, 8 + erp_pick(seed, 'order.hour', n, 11), erp_pick(seed, 'order.minute', n, 60), data + interval '2 days',
    CASE WHEN posicao = 'C' THEN data + interval '1 day 9 hours' END
  FROM erp_order_heads(seed, orders, reps) AS head
  JOIN pcusuari USING (codusur)
  JOIN (SELECT numped, count(*) AS lines, sum((qt + qtfalta) * ptabela) AS at_table, sum((qt + qtfalta) * pvenda) AS total, sum(qt * pvenda) AS attended
        FROM pcpedi GROUP BY numped) AS lines USING (numped)
  CROSS JOIN LATERAL (SELECT erp_pick(seed, 'order.origin', n, 4) > 0 AS mobile) AS origin
  ORDER BY head.numped;

  UPDATE pcclient SET dtultcomp = bought FROM (SELECT codcli, max(data) AS bought FROM pcpedc GROUP BY codcli) AS last WHERE last.codcli = pcclient.codcli;
  UPDATE pcusuari SET proxnumpedforca = next FROM (SELECT codusur, max(numpedrca) + 1 AS next FROM pcpedc GROUP BY codusur) AS last
  WHERE last.codusur = pcusuari.codusur AND next IS NOT NULL
$$;

-- One receivable an instalment.  Due ones are paid, 4 % are not.
CREATE OR REPLACE FUNCTION erp_add_receivable(seed bigint, key bigint, due date, charge text, OUT paid timestamp) LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN due < erp_base_date() AND erp_pick(seed, 'receivable.overdue', key, 100) >= 4
    THEN least(due + greatest(0, erp_pick(seed, 'receivable.paid', key, 7) - 3), erp_base_date())::timestamp END
$$;

-- Invoices of the invoiced orders, and their instalments by the payment plan; then older invoices, whose orders were purged, until the wanted
-- number of receivables is reached.
CREATE OR REPLACE FUNCTION erp_generate_receivables(seed bigint, receivables integer, reps integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  missing integer;
BEGIN
  INSERT INTO pcnfsaid (numtransvenda, numnota, especie, chavenfe, codfilial, codcli, codusur, numped, numcar, condvenda, dtsaida, vltotal)
  SELECT numtransvenda, numnota, 'NF', erp_nfe_key(codfilial, data::date, numnota), codfilial, codcli, codusur, numped, numcar, condvenda,
    data + interval '1 day 6 hours', vlatend
  FROM pcpedc WHERE posicao = 'F' ORDER BY numtransvenda;

  INSERT INTO pcprest (numtransvenda, prest, codcli, codfilial, codusur, duplic, valor, dtemissao, dtvenc, dtpag, vpago, codcob, status, dtultalter)
  SELECT numtransvenda, part, codcli, codfilial, codusur, numnota, value, data, due, paid, CASE WHEN paid IS NOT NULL THEN value END, codcob,
    CASE WHEN paid IS NULL THEN 'A' ELSE 'P' END, CASE WHEN erp_pick(seed, 'receivable.stamp', key, 20) > 0 THEN coalesce(paid, data) + time '19:30:00' END
  FROM pcpedc JOIN pcplpag USING (codplpag)
  CROSS JOIN LATERAL generate_series(1, greatest(1, numparcelas::integer)) AS part
  CROSS JOIN LATERAL (SELECT numtransvenda::bigint * 4 + part AS key, data::date + (ARRAY[prazo1, prazo2, prazo3])[part]::integer AS due,
    CASE WHEN part < numparcelas THEN round(vlatend / numparcelas, 2) ELSE round(vlatend, 2) - (numparcelas - 1) * round(vlatend / numparcelas, 2) END AS value) AS instalment
  CROSS JOIN LATERAL erp_add_receivable(seed, key, due, codcob) AS paid
  WHERE posicao = 'F' AND vlatend > 0 ORDER BY numtransvenda, part;

  SELECT greatest(0, receivables - count(*)) INTO missing FROM pcprest;

  WITH buyer AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY codcli)::integer AS place, customer.*
    FROM pcclient AS customer WHERE erp_buys(seed, codcli::integer, reps))
  INSERT INTO pcprest (numtransvenda, prest, codcli, codfilial, codusur, duplic, valor, dtemissao, dtvenc, dtpag, vpago, codcob, status, dtultalter)
  SELECT 50000000 - n, part, codcli, codfilialnf, codusur1, 5000000 - n, value, issued, due, paid, CASE WHEN paid IS NOT NULL THEN value END, codcob,
    CASE WHEN paid IS NULL THEN 'A' ELSE 'P' END, coalesce(paid, issued)
  FROM generate_series(1, missing / 2 + 3) AS n
  CROSS JOIN (SELECT count(*)::integer AS buyers FROM buyer) AS total
  JOIN buyer ON buyer.place = 1 + erp_pick(seed, 'invoice.customer', n, buyers)
  CROSS JOIN LATERAL generate_series(1, 1 + n % 3) AS part
  CROSS JOIN LATERAL (SELECT n::bigint * 4 + part AS key, erp_base_date() - 92 - (n::bigint * 300 / (missing / 2 + 3))::integer AS issued,
    (5000 + erp_pick(seed, 'invoice.value', n, 120000)) / 100.0 AS value) AS invoice
  CROSS JOIN LATERAL (SELECT issued + part * 30 AS due) AS term
  CROSS JOIN LATERAL erp_add_receivable(seed, -key, due, codcob) AS paid
  ORDER BY n, part LIMIT missing;

  INSERT INTO pcnfsaid (numtransvenda, numnota, especie, chavenfe, codfilial, codcli, codusur, numped, numcar, condvenda, dtsaida, vltotal)
  SELECT numtransvenda, duplic, 'NF', erp_nfe_key(min(codfilial), min(dtemissao)::date, duplic), min(codfilial), min(codcli), min(codusur),
    numtransvenda - 49000000, NULL, 1, min(dtemissao), sum(valor)
  FROM pcprest WHERE numtransvenda <= 50000000 GROUP BY numtransvenda, duplic ORDER BY numtransvenda;
END
$$;

-- ---------------------------------------------------------------- values at the edge

-- What breaks careless pipelines, once each: empty strings beside NULLs, the largest numbers, quotes, line breaks, emoji, decomposed accents,
-- hours that a daylight-saving change skips, years 1900 and 9999.  Customers 11 to 22 and products 31 to 38 carry them at any scale.
CREATE OR REPLACE FUNCTION erp_generate_edges() RETURNS void LANGUAGE sql AS $$
  UPDATE pcclient SET fantasia = edge.fantasia, obs = edge.obs
  FROM (VALUES (11, '🍕 PIZZARIA DO ZÉ 🍷', E'1ª linha\n2ª linha\r\n3ª'), (12, 'BAR D''ÁVILA "O BOM"', E'coluna\tcoluna\t'),
    (13, '100% NATURAL %s %d _', E'C:\\CLIENTES\\13\\n'), (14, '', ''), (15, 'NULL', E'\\N'), (16, E'PA\u0303O DE AC\u0327U\u0301CAR', '{"a": [1, "b"]}'),
    (17, '<b>MERCADO</b> & FILHOS', 'a;b,c|d'), (18, '''); DROP TABLE X; --', '$1 ? :nome ${x}'), (19, '日本食品 ЩИ ÑANDÚ', '🇧🇷👨‍👩‍👧'), (20, '0', 'false'),
    (21, repeat('Ç', 40), repeat('É', 40)), (22, E'\u00a0NBSP\u200b', E'\n')) AS edge (codcli, fantasia, obs)
  WHERE pcclient.codcli = edge.codcli;

  UPDATE pcclient SET email = '', ieent = '', latitude = '', longitude = '' WHERE codcli = 14;
  UPDATE pcclient SET limcred = 9999999999.99, perdesc = -9999.99, latitude = '-23.5505199', longitude = '-46.6333094' WHERE codcli = 12;
  UPDATE pcclient SET dtcadastro = timestamp '2017-10-15 00:30:00', dtultalter = NULL WHERE codcli = 16;
  UPDATE pcclient SET dtcadastro = timestamp '2018-11-04 00:00:00', dtultcomp = timestamp '1900-01-01' WHERE codcli = 17;

  UPDATE pcprodut SET pesoliq = 0.000001, pesobruto = 999999.999999, qtunit = 9999.99, qtunitcx = 999999.99 WHERE codprod = 31;
  UPDATE pcprodut SET codauxiliar = 99999999999999999999, multiplo = 0.333333 WHERE codprod = 32;
  UPDATE pcprodut SET codauxiliar = 0, nbm = '', dtultalter = NULL WHERE codprod = 33;
  UPDATE pcprodut SET descricao = E'SABÃO "DA VOVÓ" 1/2\\KG 5'' 100%', embalagem = '' WHERE codprod = 34;
  UPDATE pcprodut SET obs2 = 'FL' WHERE codprod = 37;
  UPDATE pcprodut SET dtexclusao = timestamp '2026-10-01 00:00:00' WHERE codprod = 38;
  DELETE FROM truth.stray_blank WHERE table_name = 'PCPRODUT' AND row_key = '34';

  UPDATE pcest SET qtest = 99999999999999.99999999, custofin = 999999999999.999999, custoreal = -0.000001, qtpendente = 0.001 WHERE codprod = 31 AND codfilial = '1';
  UPDATE pcest SET qtbloqueada = NULL, qtpendente = NULL, custorep = NULL WHERE codprod = 32 AND codfilial = '2';
  UPDATE pctabpr SET ptabela = 999999999999.999999, dtfimvalidade = timestamp '9999-12-31 23:59:59' WHERE codprod = 31 AND numregiao = 10;
  UPDATE pctabpr SET pvenda7 = 0.000001, precominimovenda = 0, dtultaltpvenda = NULL WHERE codprod = 32 AND numregiao = 10;
  UPDATE pctabpr SET pvenda6 = NULL, pvenda7 = NULL, perdescmax = NULL WHERE codprod = 33 AND numregiao = 10
$$;

-- ---------------------------------------------------------------- everything

-- Empties the ERP and fills it again.
CREATE OR REPLACE FUNCTION erp_generate(scale double precision, seed bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  size record;
  alphanumeric_from integer;
BEGIN
  SELECT * INTO size FROM erp_sizes(scale);
  alphanumeric_from := size.customers - size.customers / 20 + 1;   -- the newest twentieth
  TRUNCATE pcfilial, pcregiao, pcpraca, pcusuari, pcplpag, pccob, pcclient, pcprodut, pcest, pctabpr, pcnfsaid, pcprest, pcpedc, pcpedi,
    pcretornoimportarvendas, pcpedcfv, pcpedifv, truth.city, truth.customer, truth.duplicate, truth.stray_blank;

  PERFORM erp_generate_cities();
  PERFORM erp_generate_reference();
  PERFORM erp_generate_reps(seed, size.reps);
  PERFORM erp_add_customers(seed, 1, size.customers, size.reps, alphanumeric_from);
  PERFORM erp_add_customer_blanks(seed, 1, size.customers);
  PERFORM erp_add_products(seed, 1, size.products);
  PERFORM erp_add_product_blanks(seed, 1, size.products);
  PERFORM erp_add_prices(seed, 1, size.products);
  ANALYZE pcclient, pcprodut, pctabpr, pcpraca, pcplpag;
  PERFORM erp_generate_orders(seed, size.orders, size.reps, size.products);
  PERFORM erp_generate_receivables(seed, size.receivables, size.reps);
  PERFORM erp_add_stock(seed, 1, size.products);
  PERFORM erp_generate_edges();

  PERFORM setval('erp_numped', 1000000 + size.orders), setval('erp_numtransvenda', 50000000 + size.orders), setval('erp_numcar', 30000);
  ANALYZE pcclient, pcprodut, pcest, pctabpr, pcnfsaid, pcprest, pcpedc, pcpedi, pcusuari, truth.customer;
END
$$;
