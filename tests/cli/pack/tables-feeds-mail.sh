# What a file is, its content decides, not its name.
printf 'title;text\nOne;"Rain; snow"\nTwo;"Sun' >one
cat >two <<'END'
<?xml version="1.0"?><rss version="2.0"><channel><title>The Feed</title>
<item><title>Three</title><link>https://a.example/3</link>
<pubDate>Fri, 01 Mar 2024 12:00:00 GMT</pubDate>
<description>&lt;p&gt;Wind.&lt;/p&gt;</description></item>
</channel></rss>
END
cat >three <<'END'
From ada@a.example Fri Mar  1 12:00:00 2024
From: Ada Lind <ada@a.example>
Date: Fri, 1 Mar 2024 12:00:00 +0000
Subject: =?utf-8?Q?F=C3=B6ur?=

Fog.

END
cat >four.md <<'END'
---
title: Five
date: 2024-03-02
---
Hail.
END
fiche pack news.fiche one two three four.md >out
echo "exit $?"
fiche list news.fiche --format tsv --fields published,title,type
fiche extract news.fiche --as text
fiche extract news.fiche --as raw --from 2024 --to 2024-03-01
fiche pack plain.fiche one --format parchment
echo "exit $?"
[ -e plain.fiche ] || echo "nothing made"
