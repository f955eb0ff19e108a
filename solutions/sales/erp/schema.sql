-- The tables of a WinThor-like ERP, reduced to what a sales force needs, and the truth that its dirt hides.
-- A real one has 100 to 500 columns a table. Names and types are public facts; the ERP itself is not here.

CREATE TABLE IF NOT EXISTS PCFILIAL (              -- branch
  CODIGO      varchar(2)   NOT NULL PRIMARY KEY,
  RAZAOSOCIAL varchar(60), FANTASIA varchar(40), CGC varchar(18), CIDADE varchar(15), UF varchar(2), DTEXCLUSAO timestamp(0));

CREATE TABLE IF NOT EXISTS PCREGIAO (              -- price region, which is also the price list
  NUMREGIAO numeric(4,0) NOT NULL PRIMARY KEY, REGIAO varchar(40), UF varchar(2), CODFILIAL varchar(2),
  STATUS varchar(1), PERFRETE numeric(8,4), VLFRETEKG numeric(10,4), EXPORTAFV numeric(1,0), DTALTERACAO timestamp);

CREATE TABLE IF NOT EXISTS PCPRACA (               -- territory: customer -> territory -> price region
  CODPRACA numeric(4,0) NOT NULL PRIMARY KEY, PRACA varchar(25), NUMREGIAO numeric(4,0) REFERENCES PCREGIAO(NUMREGIAO),
  ROTA numeric(4,0), SEQROTA numeric(4,0), SITUACAO varchar(1), CODMUNIC numeric(8,0));

CREATE TABLE IF NOT EXISTS PCUSUARI (              -- sales rep (RCA)
  CODUSUR numeric(4,0) NOT NULL PRIMARY KEY, NOME varchar(40), TIPOVEND varchar(2), CODSUPERVISOR numeric(4,0),
  CODFILIAL varchar(2), BLOQUEIO varchar(1), EMAIL varchar(100), TELEFONE1 varchar(13),
  SENHA varchar(60),                                    -- never extracted
  VLCORRENTE numeric(10,2), VLLIMCRED numeric(10,2), PERDESCMAX numeric(5,2), VLVENDAMINPED numeric(12,2),
  PROXNUMPED numeric(14,2), PROXNUMPEDFORCA numeric(10,0), DTTERMINO timestamp(0), DTEXCLUSAO timestamp(0), DTULTALTERACAO timestamp(0));

CREATE TABLE IF NOT EXISTS PCPLPAG (               -- payment plan
  CODPLPAG numeric(4,0) NOT NULL PRIMARY KEY, DESCRICAO varchar(40), NUMDIAS numeric(4,0), TIPOPRAZO varchar(1),
  PRAZO1 numeric(4,0), PRAZO2 numeric(4,0), PRAZO3 numeric(4,0),
  NUMPR numeric(6,2),                                   -- which PVENDAn column of PCTABPR applies
  TIPOVENDA varchar(2), PERTXFIM numeric(8,4), VENDABK varchar(1) DEFAULT 'S', VLMINPEDIDO numeric(12,2),
  NUMPARCELAS numeric(2,0) DEFAULT 0, ENVIAPLANOFV varchar(1) DEFAULT 'S', STATUS varchar(1), DTULTALTER timestamp(0));

CREATE TABLE IF NOT EXISTS PCCOB (                 -- charge type (bank slip, cash, cheque, card)
  CODCOB varchar(4) NOT NULL PRIMARY KEY, COBRANCA varchar(30), NIVELVENDA numeric(2,0), PRAZOMAXIMOVENDA numeric(4,0) DEFAULT 45,
  VLMINPEDIDO numeric(12,2), BOLETO varchar(1) DEFAULT 'N', CARTAO varchar(1), ENVIACOBRANCAFV varchar(1) DEFAULT 'S',
  VALIDALIMITECREDITO varchar(1), DTULTALTER timestamp(0));

CREATE TABLE IF NOT EXISTS PCCLIENT (              -- customer
  CODCLI numeric(6,0) NOT NULL PRIMARY KEY,
  CLIENTE varchar(60), FANTASIA varchar(40), TIPOFJ varchar(1), CGCENT varchar(18), IEENT varchar(15),
  ENDERENT varchar(40), BAIRROENT varchar(40), MUNICENT varchar(15), ESTENT varchar(2), CEPENT varchar(9),
  TELENT varchar(13), EMAIL varchar(100), CODATV1 numeric(6,0), CODUSUR1 numeric(4,0), CODUSUR2 numeric(4,0),
  CODPRACA numeric(6,0), CODCOB varchar(4), CODPLPAG numeric(4,0), LIMCRED numeric(12,2), BLOQUEIO varchar(1),
  CODCLIPRINC numeric(6,0), PRAZOADICIONAL numeric(4,0), PERDESC numeric(6,2), OBS varchar(40),
  DTULTCOMP timestamp(0), DTCADASTRO timestamp(0), DTULTALTER timestamp(0), DTEXCLUSAO timestamp(0),
  CODFILIALNF varchar(2), CODCIDADE numeric(8,0), LATITUDE varchar(20), LONGITUDE varchar(20),
  SENHA_WEB varchar(60));                               -- never extracted

CREATE TABLE IF NOT EXISTS PCPRODUT (              -- product
  CODPROD numeric(6,0) NOT NULL PRIMARY KEY, DESCRICAO varchar(40), EMBALAGEM varchar(12), UNIDADE varchar(2),
  UNIDADEMASTER varchar(2), QTUNIT numeric(6,2), QTUNITCX numeric(8,2), PESOLIQ numeric(12,6), PESOBRUTO numeric(12,6),
  CODEPTO numeric(6,0), CODSEC numeric(6,0), CODFORNEC numeric(6,0), CODAUXILIAR numeric(20,0),  -- EAN
  REVENDA varchar(1), CODPRODPRINC numeric(6,0), OBS2 varchar(2),                                -- 'FL' = discontinued
  NBM varchar(15), MULTIPLO numeric(12,6), ACEITAVENDAFRACAO varchar(1),
  ENVIARFORCAVENDAS varchar(1), DTCADASTRO timestamp(0), DTULTALTER timestamp(0), DTEXCLUSAO timestamp(0));

CREATE TABLE IF NOT EXISTS PCEST (                 -- stock; sellable = QTESTGER - QTRESERV - QTBLOQUEADA.  No change stamp
  CODFILIAL varchar(2) NOT NULL, CODPROD numeric(6,0) NOT NULL, QTESTGER numeric(22,8), QTRESERV numeric(22,8),
  QTBLOQUEADA numeric(20,6), QTPENDENTE numeric(16,3), QTEST numeric(22,8), CUSTOFIN numeric(18,6), CUSTOREAL numeric(18,6),
  CUSTOREP numeric(18,6), VALORULTENT numeric(18,6), DTULTENT timestamp(0), DTULTSAIDA timestamp(0), PRIMARY KEY (CODFILIAL, CODPROD));

CREATE TABLE IF NOT EXISTS PCTABPR (               -- price of a product in a region
  CODPROD numeric(6,0) NOT NULL, NUMREGIAO numeric(4,0) NOT NULL, PTABELA numeric(18,6), PVENDA numeric(18,6),
  PVENDA1 numeric(18,6), PVENDA2 numeric(18,6), PVENDA3 numeric(18,6), PVENDA4 numeric(18,6), PVENDA5 numeric(18,6),
  PVENDA6 numeric(18,6), PVENDA7 numeric(18,6), PERDESCMAX numeric(10,2), PRECOMINIMOVENDA numeric(18,6), CODST numeric(4,0),
  EXCLUIDO varchar(1), DTULTALTPVENDA timestamp(0), DTINICIOVALIDADE timestamp(0), DTFIMVALIDADE timestamp(0), PRIMARY KEY (CODPROD, NUMREGIAO));

CREATE TABLE IF NOT EXISTS PCNFSAID (              -- fiscal invoice
  NUMTRANSVENDA numeric(10,0) NOT NULL PRIMARY KEY, NUMNOTA numeric(10,0), ESPECIE varchar(2), CHAVENFE varchar(44),
  CODFILIAL varchar(2), CODCLI numeric(6,0), CODUSUR numeric(4,0), NUMPED numeric(10,0), NUMCAR numeric(8,0),
  CONDVENDA numeric(5,0), DTSAIDA timestamp(0), DTCANCEL timestamp(0), VLTOTAL numeric(16,3));

CREATE TABLE IF NOT EXISTS PCPREST (               -- receivable instalment
  NUMTRANSVENDA numeric(10,0) NOT NULL, PREST varchar(2) NOT NULL, CODCLI numeric(9,0), CODFILIAL varchar(2), CODUSUR numeric(4,0),
  DUPLIC numeric(10,0), VALOR numeric(10,2), DTEMISSAO timestamp(0), DTVENC timestamp(0), DTPAG timestamp(0), VPAGO numeric(10,2), CODCOB varchar(4),
  STATUS varchar(1), DTULTALTER timestamp(0), PRIMARY KEY (NUMTRANSVENDA, PREST));

CREATE TABLE IF NOT EXISTS PCPEDC (                -- order header inside the ERP
  NUMPED numeric(10,0) NOT NULL PRIMARY KEY, NUMPEDRCA numeric(10,0), CODFILIAL varchar(2), CODCLI numeric(6,0), CODUSUR numeric(4,0),
  CODSUPERVISOR numeric(4,0), CODPRACA numeric(4,0), CODCOB varchar(4), CODPLPAG numeric(4,0), CONDVENDA numeric(5,0),
  TIPOVENDA varchar(2), ORIGEMPED varchar(1), POSICAO varchar(2), NUMITENS numeric(4,0), VLTABELA numeric(16,3),
  VLTOTAL numeric(16,3), VLATEND numeric(16,3), VLDESCONTO numeric(16,3), NUMCAR numeric(8,0), NUMTRANSVENDA numeric(10,0),
  NUMNOTA numeric(10,0), NUMPEDCLI varchar(15), OBS1 varchar(50), OBS2 varchar(50), DATA timestamp(0), HORA numeric(2,0),
  MINUTO numeric(2,0), DTENTREGA timestamp(0), DTCANCEL timestamp(0));

CREATE TABLE IF NOT EXISTS PCPEDI (                -- order line inside the ERP; QT = attended, QTFALTA = cut
  NUMPED numeric(10,0) NOT NULL, CODPROD numeric(6,0) NOT NULL, NUMSEQ numeric(20,0) NOT NULL, QT numeric(20,6), QTFALTA numeric(20,6),
  PVENDA numeric(18,6), PTABELA numeric(18,6), PERDESC numeric(18,6), PERCOM numeric(8,4), ST numeric(18,6), POSICAO varchar(2),
  CODAUXILIAR numeric(20,0), CODFILIALRETIRA varchar(2), PRIMARY KEY (NUMPED, CODPROD, NUMSEQ));

CREATE TABLE IF NOT EXISTS PCRETORNOIMPORTARVENDAS ( -- return codes of the import: S success, A alert, E error
  CODRETORNO numeric(3,0) NOT NULL PRIMARY KEY, DESCRICAO varchar(1000), TIPORETORNO varchar(1));

CREATE TABLE IF NOT EXISTS PCPEDCFV (              -- inbox: order header written by the sales force
  NUMPEDRCA numeric(10,0) NOT NULL, CODUSUR numeric(4,0) NOT NULL, CGCCLI varchar(18) NOT NULL, DTABERTURAPEDPALM timestamp(0) NOT NULL,
  DTFECHAMENTOPEDPALM timestamp(0), CODCLI numeric(6,0), CODFILIAL varchar(2), CODFILIALNF varchar(2), CODCOB varchar(4),
  CODPLPAG numeric(4,0), CONDVENDA numeric(2,0), ORIGEMPED varchar(1), NUMPEDCLI varchar(15), DTENTREGA timestamp(0), VLFRETE numeric(16,3),
  FRETEDESPACHO varchar(1), OBS1 varchar(50), OBS2 varchar(50), OBSENTREGA1 varchar(75), OBSENTREGA2 varchar(75),
  ORCAMENTO varchar(1), TIPOFV varchar(2), IDFV varchar(60), DTINCLUSAO timestamp(0), DTALTERACAO timestamp(0),
  IMPORTADO numeric(1,0) DEFAULT 1,     -- 1 pending, 2 imported, 3 rejected, 4 in progress
  NUMPED numeric(10,0),                 -- out: number given in PCPEDC
  RETORNO numeric(4,0),                 -- out: code, see PCRETORNOIMPORTARVENDAS
  OBSERVACAO_PC varchar(4000),          -- out: the verdict's text of the header
  POSICAO_ATUAL varchar(1),             -- out: P B L M F C
  PRIMARY KEY (NUMPEDRCA, CODUSUR, CGCCLI, DTABERTURAPEDPALM));

CREATE TABLE IF NOT EXISTS PCPEDIFV (              -- inbox: order line
  NUMPEDRCA numeric(10,0) NOT NULL, CODUSUR numeric(4,0) NOT NULL, CGCCLI varchar(18) NOT NULL, DTABERTURAPEDPALM timestamp(0) NOT NULL,
  CODPROD numeric(6,0) NOT NULL, NUMSEQ numeric(20,0) NOT NULL, QT numeric(20,6) NOT NULL, PVENDA numeric(18,6) NOT NULL,
  CODAUXILIAR numeric(20,0), CODFILIALRETIRA varchar(2), BONIFIC varchar(1), PERDESCBOLETO numeric(12,4), DTINCLUSAO timestamp(0), DTALTERACAO timestamp(0),
  QT_FATURADA numeric(20,6),            -- out: quantity invoiced
  CORTE varchar(1),                     -- out: line was cut
  OBSERVACAO_PC varchar(4000),          -- out: the verdict's text of the line
  NUMPED numeric(10,0),                 -- out
  PRIMARY KEY (NUMPEDRCA, CODUSUR, CGCCLI, DTABERTURAPEDPALM, CODPROD, NUMSEQ));

CREATE INDEX IF NOT EXISTS IX_PCCLIENT_USUR    ON PCCLIENT (CODUSUR1);
CREATE INDEX IF NOT EXISTS IX_PCCLIENT_PRACA   ON PCCLIENT (CODPRACA);
CREATE INDEX IF NOT EXISTS IX_PCCLIENT_CGC     ON PCCLIENT (CGCENT);
CREATE INDEX IF NOT EXISTS IX_PCPRODUT_EAN     ON PCPRODUT (CODAUXILIAR);
CREATE INDEX IF NOT EXISTS IX_PCEST_PROD       ON PCEST (CODPROD);
CREATE INDEX IF NOT EXISTS IX_PCNFSAID_PED     ON PCNFSAID (NUMPED);
CREATE INDEX IF NOT EXISTS IX_PCPREST_CLI      ON PCPREST (CODCLI);
CREATE INDEX IF NOT EXISTS IX_PCPEDC_USUR      ON PCPEDC (CODUSUR);
CREATE INDEX IF NOT EXISTS IX_PCPEDC_RCA       ON PCPEDC (NUMPEDRCA, CODUSUR);
CREATE INDEX IF NOT EXISTS IX_PCPEDC_CLI       ON PCPEDC (CODCLI);
CREATE INDEX IF NOT EXISTS IX_PCPEDC_ABERTO    ON PCPEDC (NUMPED) WHERE POSICAO IN ('P', 'B', 'L', 'M');
CREATE INDEX IF NOT EXISTS IX_PCPEDI_PROD      ON PCPEDI (CODPROD);
CREATE INDEX IF NOT EXISTS IX_PCPEDCFV_IMP     ON PCPEDCFV (IMPORTADO, DTINCLUSAO);
CREATE INDEX IF NOT EXISTS IX_PCPEDCFV_PED     ON PCPEDCFV (NUMPED);
CREATE INDEX IF NOT EXISTS IX_PCPEDIFV_PED     ON PCPEDIFV (NUMPED);
CREATE INDEX IF NOT EXISTS IX_PCPEDIFV_PROD    ON PCPEDIFV (CODPROD);

-- erp_generate and the jobs number orders, invoices and loads from these.
CREATE SEQUENCE IF NOT EXISTS erp_numped;
CREATE SEQUENCE IF NOT EXISTS erp_numtransvenda;
CREATE SEQUENCE IF NOT EXISTS erp_numcar;

-- What the dirty rows mean. Only the owner reads this schema: tests measure cleaning against it.
CREATE SCHEMA IF NOT EXISTS truth;

CREATE TABLE IF NOT EXISTS truth.city (
  city_id integer PRIMARY KEY, numregiao integer NOT NULL, codpraca integer NOT NULL, uf text NOT NULL, name text NOT NULL,
  ibge integer NOT NULL UNIQUE, cep_low integer NOT NULL, cep_high integer NOT NULL, area_code text NOT NULL,
  alias text);                          -- an old spelling or an abbreviation people type

CREATE TABLE IF NOT EXISTS truth.customer (
  codcli numeric(6,0) PRIMARY KEY, municipality text NOT NULL, uf text NOT NULL, ibge integer NOT NULL,
  document text NOT NULL,               -- CNPJ or CPF without mask, upper case
  cep text NOT NULL, company_name text NOT NULL);

CREATE TABLE IF NOT EXISTS truth.duplicate (          -- the same company, registered twice
  codcli numeric(6,0) PRIMARY KEY, of_codcli numeric(6,0) NOT NULL);

CREATE TABLE IF NOT EXISTS truth.stray_blank (        -- values with leading, trailing or double blanks
  table_name text NOT NULL, column_name text NOT NULL, row_key text NOT NULL, clean_value text NOT NULL,
  PRIMARY KEY (table_name, column_name, row_key));
