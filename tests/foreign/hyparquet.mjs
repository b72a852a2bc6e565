// SPDX-License-Identifier: Apache-2.0
// Compare FILE.parquet, as hyparquet reads it, with FILE.jsonl.
import assert from 'node:assert'
import { readFileSync } from 'node:fs'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

const file = await asyncBufferFromFile(process.argv[2])
const rows = await parquetReadObjects({ file, compressors })
const articles = readFileSync(process.argv[3], 'utf8').trim().split('\n').map(line => JSON.parse(line))

assert.equal(rows.length, articles.length)
rows.forEach((row, i) => {
	for (const [name, got] of Object.entries(row)) {
		const want = articles[i][name]
		if (name === 'published_precision') {
			assert.equal(got === null, articles[i].published === null)
		} else if (['published', 'modified', 'fetched'].includes(name)) {
			if (want === null) assert.equal(got, null)
			else assert.ok(got.toISOString().startsWith(want.replace('Z', '')), `${name}: ${want}`)
		} else if (name === 'text_size') {
			assert.equal(Number(got), want)
		} else {
			assert.deepEqual(got, want)
		}
	}
})
console.log(`${rows.length} articles, ${Object.keys(rows[0]).length} columns`)
