-- {key hash} is
-- CONVERT(bigint, CONVERT(binary(8), HASHBYTES('SHA2_256', CONCAT(ISNULL(CONVERT(varchar(20), [id]) + ',', 'n,'), ISNULL(CONVERT(varchar(8), CONVERT(varbinary(4), [branch]), 2) + ',', 'n,'), ISNULL(CONVERT(varchar(27), [day], 121) + ',', 'n,'), ISNULL(CONVERT(varchar(16), [tag], 2) + ',', 'n,')))))

-- {row hash} is
-- CONVERT(bigint, CONVERT(binary(8), HASHBYTES('SHA2_256', CONCAT(ISNULL(CONVERT(varchar(20), [id]) + ',', 'n,'), ISNULL(CONVERT(varchar(8), CONVERT(varbinary(4), [branch]), 2) + ',', 'n,'), ISNULL(CONVERT(varchar(27), [day], 121) + ',', 'n,'), ISNULL(CONVERT(varchar(16), [tag], 2) + ',', 'n,'), ISNULL(CONVERT(varchar(41), [price]) + ',', 'n,'), ISNULL(CONVERT(varchar(41), CONVERT(decimal(19, 4), [cost])) + ',', 'n,'), ISNULL(CONVERT(varchar(20), [active]) + ',', 'n,'), ISNULL(CONVERT(varchar(30), [ratio], 3) + ',', 'n,'), ISNULL(CONVERT(varchar(30), [ratio4], 3) + ',', 'n,'), ISNULL(CONVERT(varchar(12), CONVERT(varbinary(6), [fixed]), 2) + ',', 'n,'), ISNULL(CONVERT(varchar(64), HASHBYTES('SHA2_256', CONVERT(varbinary(4000), [note])), 2) + ',', 'n,'), ISNULL(CONVERT(varchar(64), HASHBYTES('SHA2_256', CONVERT(varbinary(max), CONVERT(nvarchar(max), [body]))), 2) + ',', 'n,'), ISNULL(CONVERT(varchar(64), HASHBYTES('SHA2_256', CONVERT(varbinary(max), CONVERT(nvarchar(max), [old_body]))), 2) + ',', 'n,'), ISNULL(CONVERT(varchar(64), HASHBYTES('SHA2_256', CONVERT(varbinary(max), CONVERT(nvarchar(max), [document]))), 2) + ',', 'n,'), ISNULL(CONVERT(varchar(10), [born], 23) + ',', 'n,'), ISNULL(CONVERT(varchar(16), [at], 121) + ',', 'n,'), ISNULL(CONVERT(varchar(27), [minute], 121) + ',', 'n,'), ISNULL(CONVERT(varchar(27), [changed_at], 121) + ',', 'n,'), ISNULL(CONVERT(varchar(27), CONVERT(datetime2(7), SWITCHOFFSET([seen_at], '+00:00')), 121) + ',', 'n,'), ISNULL(CONVERT(varchar(64), HASHBYTES('SHA2_256', CONVERT(varbinary(max), [picture])), 2) + ',', 'n,'), ISNULL(CONVERT(varchar(64), HASHBYTES('SHA2_256', CONVERT(varbinary(max), [old_picture])), 2) + ',', 'n,'), ISNULL(CONVERT(varchar(64), HASHBYTES('SHA2_256', CONVERT(varbinary(max), [place])), 2) + ',', 'n,'), ISNULL(CONVERT(varchar(16), CONVERT(binary(8), [version]), 2) + ',', 'n,'), ISNULL(CONVERT(varchar(36), [guid]) + ',', 'n,'), ISNULL(CONVERT(varchar(64), HASHBYTES('SHA2_256', CONVERT(nvarchar(100), SQL_VARIANT_PROPERTY([thing], 'BaseType')) + N':' + CASE WHEN SQL_VARIANT_PROPERTY([thing], 'BaseType') IN ('float', 'real') THEN CONVERT(nvarchar(4000), CONVERT(float, [thing]), 3) WHEN SQL_VARIANT_PROPERTY([thing], 'BaseType') IN ('binary', 'varbinary') THEN CONVERT(nvarchar(max), CONVERT(varbinary(8000), [thing]), 1) WHEN SQL_VARIANT_PROPERTY([thing], 'BaseType') IN ('char', 'varchar') THEN CONVERT(nvarchar(max), CONVERT(varchar(8000), [thing])) WHEN SQL_VARIANT_PROPERTY([thing], 'BaseType') IN ('money', 'smallmoney') THEN CONVERT(nvarchar(4000), CONVERT(decimal(19, 4), [thing])) WHEN SQL_VARIANT_PROPERTY([thing], 'BaseType') IN ('datetime', 'smalldatetime', 'datetime2') THEN CONVERT(nvarchar(4000), CONVERT(datetime2(7), [thing]), 121) ELSE CONVERT(nvarchar(4000), [thing]) END), 2) + ',', 'n,'), ISNULL(CONVERT(varchar(64), HASHBYTES('SHA2_256', CAST([path] AS nvarchar(4000))), 2) + ',', 'n,')))))

-- {all columns} is
-- [id], [branch], [day], [tag], [price], [cost], [active], [ratio], [ratio4], [fixed], [note], CONVERT(nvarchar(max), [body]) AS [body], CONVERT(nvarchar(max), [old_body]) AS [old_body], CONVERT(nvarchar(max), [document]) AS [document], [born], [at], [minute], [changed_at], CONVERT(datetime2(7), SWITCHOFFSET([seen_at], '+00:00')) AS [seen_at], CONVERT(varbinary(max), [picture]) AS [picture], CONVERT(varbinary(max), [old_picture]) AS [old_picture], CONVERT(varbinary(max), [place]) AS [place], [version], [guid], CASE WHEN SQL_VARIANT_PROPERTY([thing], 'BaseType') IN ('float', 'real') THEN CONVERT(nvarchar(4000), CONVERT(float, [thing]), 3) WHEN SQL_VARIANT_PROPERTY([thing], 'BaseType') IN ('binary', 'varbinary') THEN CONVERT(nvarchar(max), CONVERT(varbinary(8000), [thing]), 1) WHEN SQL_VARIANT_PROPERTY([thing], 'BaseType') IN ('char', 'varchar') THEN CONVERT(nvarchar(max), CONVERT(varchar(8000), [thing])) WHEN SQL_VARIANT_PROPERTY([thing], 'BaseType') IN ('money', 'smallmoney') THEN CONVERT(nvarchar(4000), CONVERT(decimal(19, 4), [thing])) WHEN SQL_VARIANT_PROPERTY([thing], 'BaseType') IN ('datetime', 'smalldatetime', 'datetime2') THEN CONVERT(nvarchar(4000), CONVERT(datetime2(7), [thing]), 121) ELSE CONVERT(nvarchar(4000), [thing]) END AS [thing], CAST([path] AS nvarchar(4000)) AS [path]

SET LANGUAGE us_english; SET DATEFORMAT ymd; SET LOCK_TIMEOUT 5000; SET DEADLOCK_PRIORITY LOW;

SELECT snapshot_isolation_state FROM sys.databases WHERE database_id = DB_ID();

SET TRANSACTION ISOLATION LEVEL SNAPSHOT;

SELECT CONVERT(varchar(36), recovery_fork_guid) FROM sys.database_recovery_status WHERE database_id = DB_ID();

SELECT CONCAT(name, '/', CONVERT(varchar(36), service_broker_guid)) FROM sys.databases WHERE database_id = DB_ID();

SELECT [id], [branch], [day], [tag], [price], [cost], [active], [ratio], [ratio4], [fixed], [note], [body], [old_body], [document], [born], [at], [minute], [changed_at], [seen_at], [picture], [old_picture], [place], [version], [guid], [thing], [path] FROM [dbo].[item] WHERE 1 = 0;

SELECT name, collation_name FROM sys.columns WHERE object_id = OBJECT_ID(?) AND collation_name IS NOT NULL;

SELECT i.index_id, c.name
FROM sys.indexes i
JOIN sys.data_spaces d ON d.data_space_id = i.data_space_id
JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id
JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id
WHERE i.object_id = OBJECT_ID(?) AND i.type IN (1, 2) AND i.is_disabled = 0 AND i.has_filter = 0
    AND d.type <> 'PS' AND k.is_descending_key = 0 AND k.key_ordinal BETWEEN 1 AND ?
ORDER BY i.index_id, k.key_ordinal;

SELECT [id], [branch], [day], [tag], ISNULL(CONVERT(bigint, DATALENGTH(CONVERT(nvarchar(max), [body]))) / 2, 0) + ISNULL(CONVERT(bigint, DATALENGTH(CONVERT(nvarchar(max), [old_body]))) / 2, 0) + ISNULL(CONVERT(bigint, DATALENGTH(CONVERT(nvarchar(max), [document]))) / 2, 0) + ISNULL(CONVERT(bigint, DATALENGTH(CONVERT(varbinary(max), [picture]))) * 2, 0) + ISNULL(CONVERT(bigint, DATALENGTH(CONVERT(varbinary(max), [old_picture]))) * 2, 0) + ISNULL(CONVERT(bigint, DATALENGTH(CONVERT(varbinary(max), [place]))) * 2, 0) FROM [dbo].[item] WHERE ISNULL(CONVERT(bigint, DATALENGTH(CONVERT(nvarchar(max), [body]))) / 2, 0) + ISNULL(CONVERT(bigint, DATALENGTH(CONVERT(nvarchar(max), [old_body]))) / 2, 0) + ISNULL(CONVERT(bigint, DATALENGTH(CONVERT(nvarchar(max), [document]))) / 2, 0) + ISNULL(CONVERT(bigint, DATALENGTH(CONVERT(varbinary(max), [picture]))) * 2, 0) + ISNULL(CONVERT(bigint, DATALENGTH(CONVERT(varbinary(max), [old_picture]))) * 2, 0) + ISNULL(CONVERT(bigint, DATALENGTH(CONVERT(varbinary(max), [place]))) * 2, 0) > 4194304;

SELECT {all columns}, {key hash} AS foz_key_hash, {row hash} AS foz_row_hash FROM [dbo].[item] ORDER BY [id], [branch], [day], [tag] OFFSET 0 ROWS FETCH NEXT 1 ROWS ONLY;

SELECT {all columns}, {key hash} AS foz_key_hash, {row hash} AS foz_row_hash FROM [dbo].[item] WHERE [id] >= CONVERT(bigint, ?) AND ([id] > CONVERT(bigint, ?) OR ([id] = CONVERT(bigint, ?) AND ([branch] >= CONVERT(varchar(8000), ? COLLATE Latin1_General_CI_AS) AND ([branch] > CONVERT(varchar(8000), ? COLLATE Latin1_General_CI_AS) OR ([branch] = CONVERT(varchar(8000), ? COLLATE Latin1_General_CI_AS) AND ([day] >= CONVERT(datetime, ?, 121) AND ([day] > CONVERT(datetime, ?, 121) OR ([day] = CONVERT(datetime, ?, 121) AND ([tag] > CONVERT(varbinary(8000), SUBSTRING(?, 3, 16000), 2)))))))))) ORDER BY [id], [branch], [day], [tag] OFFSET 0 ROWS FETCH NEXT 1 ROWS ONLY;

SELECT {all columns}, {key hash} AS foz_key_hash, {row hash} AS foz_row_hash FROM [dbo].[item] WHERE [changed_at] >= DATEADD(millisecond, -60000, CONVERT(datetime2(7), SWITCHOFFSET(SYSDATETIMEOFFSET(), '+00:00')));

SELECT {all columns}, {key hash} AS foz_key_hash, {row hash} AS foz_row_hash FROM [dbo].[item] WHERE [seen_at] >= DATEADD(millisecond, -60000, SYSDATETIMEOFFSET());

SELECT {all columns}, {key hash} AS foz_key_hash, {row hash} AS foz_row_hash FROM [dbo].[item] WHERE [day] >= CONVERT(datetime, DATEADD(millisecond, -60000, CONVERT(datetime2(7), SWITCHOFFSET(SYSDATETIMEOFFSET(), '+00:00'))));

SELECT {all columns}, {key hash} AS foz_key_hash, {row hash} AS foz_row_hash FROM [dbo].[item] WHERE [minute] >= CONVERT(smalldatetime, DATEADD(minute, -1, DATEADD(millisecond, -60000, CONVERT(datetime2(7), SWITCHOFFSET(SYSDATETIMEOFFSET(), '+00:00')))));

SELECT {all columns}, {key hash} AS foz_key_hash, {row hash} AS foz_row_hash FROM [dbo].[item] WHERE [born] >= CONVERT(date, DATEADD(millisecond, -60000, CONVERT(datetime2(7), SWITCHOFFSET(SYSDATETIMEOFFSET(), '+00:00'))));

SELECT foz_group, count(*), SUM((foz_hash - (foz_hash & 1048575)) / 1048576) FROM (SELECT CONVERT(int, {key hash} & 127) AS foz_group, {row hash} AS foz_hash FROM [dbo].[item]) foz_rows GROUP BY foz_group;

SELECT [id], [branch], [day], [tag], {key hash} AS foz_key_hash, {row hash} AS foz_row_hash FROM [dbo].[item] WHERE CONVERT(int, {key hash} & 127) IN (1) ORDER BY CONVERT(int, {key hash} & 127);

SELECT {all columns}, {key hash} AS foz_key_hash, {row hash} AS foz_row_hash FROM [dbo].[item] WHERE ([id] = CONVERT(bigint, ?) AND [branch] = CONVERT(varchar(8000), ? COLLATE Latin1_General_CI_AS) AND [day] = CONVERT(datetime, ?, 121) AND [tag] = CONVERT(varbinary(8000), SUBSTRING(?, 3, 16000), 2));
