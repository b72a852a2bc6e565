// SPDX-License-Identifier: Apache-2.0
// Compare FILE.parquet and FOLDER/*/*.parquet, as DuckDB reads them, with FILE.jsonl.
import assert from 'node:assert'
import { readFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'

const [parquet, jsonl, parts] = process.argv.slice(2)
const db = await (await DuckDBInstance.create()).connect()
const ask = async sql => (await db.runAndReadAll(sql)).getRowObjectsJson()
const articles = readFileSync(jsonl, 'utf8').trim().split('\n').map(line => JSON.parse(line))

const rows = await ask(`SELECT * REPLACE (epoch_ms(published) AS published, epoch_ms(modified) AS modified,
	epoch_ms(fetched) AS fetched) FROM '${parquet}'`)
assert.equal(rows.length, articles.length)
rows.forEach((row, i) => {
	for (const [name, got] of Object.entries(row)) {
		const want = articles[i][name]
		if (name === 'published_precision') assert.equal(got === null, articles[i].published === null)
		else if (['published', 'modified', 'fetched'].includes(name)) {
			if (want === null) assert.equal(got, null)
			else assert.ok(new Date(Number(got)).toISOString().startsWith(want.replace('Z', '')), `${name}: ${want}`)
		} else if (name === 'text_size') assert.equal(Number(got), want)
		else assert.deepEqual(got, want, name)
	}
})

// The metadata is what these are answered from.
for (const name of ['source', 'language']) {
	const value = "'" + articles.find(a => a[name])[name] + "'"
	const [{ n }] = await ask(`SELECT count(*) AS n FROM '${parquet}' WHERE ${name} = ${value}`)
	assert.equal(Number(n), articles.filter(a => `'${a[name]}'` === value).length)
}
const [{ n }] = await ask(`SELECT count(*) AS n FROM '${parquet}' WHERE published >= '2023-06-01' AND published < '2023-07-01'`)
assert.equal(Number(n), articles.filter(a => a.published?.startsWith('2023-06')).length)

const [{ all, german }] = await ask(`SELECT count(*) AS all, count(*) FILTER (language = 'de') AS german
	FROM read_parquet('${parts}/*/*.parquet', hive_partitioning = true)`)
assert.equal(Number(all), articles.length)
assert.equal(Number(german), articles.filter(a => a.language === 'de').length)
console.log(`${rows.length} articles`)
