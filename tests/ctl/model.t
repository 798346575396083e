# Files of models that are refused, each fault at its place; where it is taken, the module is missing.
1 => top 'models: []' | leveectl model import - => leveectl: levee is not loaded (modprobe levee)
1 => top 'models:\n- key: "image:a"\n  listen: [80/tcp, ephemeral/udp, 1024-65535/sctp]\n  dns: [a.example, .b.example]\n  outbound: [internet:443/tcp, 10.0.0.5/icmp, "[fd00::1]:80/tcp", 10.0.0.0/24:80/tcp, "[fd00::]/64:53/udp", internet:1024-65535/tcp]' | leveectl model import - => leveectl: levee is not loaded (modprobe levee)
1 => top 'models:\n- {key: "rule:r", state: learning, left: 0s, dns: [{entry: a.example, first: 2026-11-28T10:00:00.5+01:00, last: 2026-11-28T11:00:00Z, uses: 1, members: 2, comm: x}]}' | leveectl model import - => leveectl: levee is not loaded (modprobe levee)
1 => leveectl model import /nowhere => /nowhere: No such file or directory
1 => : | leveectl model import - => -:1:1: the file is empty "", expected models: [...]
1 => top '- a' | leveectl model import - => -:1:1: bad value of the file "[...]", expected models: [...]
1 => top 'version: 1' | leveectl model import - => -:1:1: no models "models", expected models: [...] => -:1:1: the file was cut off "version", expected end: true as the last line of a file that has a version
1 => top 'version: 2\nmodels: []\nend: true' | leveectl model import - => -:1:10: bad version "2", expected 1
1 => top 'version: 1\nmodels: []\nend: tr' | leveectl model import - => -:3:6: bad end "tr", expected true
1 => top 'models:\nrules: []' | leveectl model import - => -:1:8: bad value of models "", expected a list of models => -:2:1: unknown key "rules", expected version, models or end
1 => top 'models: [a, {}]' | leveectl model import - => -:1:10: bad value of a model "a", expected {key: ..., ...} => -:1:13: a model without its key "{...}", expected image:IMAGE, container:NAME, cgroup:/PATH or rule:NAME
1 => top 'models:\n- key: web\n- key: "image:"\n- key: cgroup:web\n- key: cgroup:/\n- key: "container:a\\nb"' | leveectl model import - => ~-:2:8: the key has no known kind "web", expected image:IMAGE => ~-:3:8: the key is empty "image:" => ~-:4:8: the key is no path of a cgroup "cgroup:web" => ~-:5:8: the key is no path of a cgroup "cgroup:/" => ~-:6:8: the key has a control character
1 => top "models: [{key: \"rule:$(printf '%064d' 0)\"}, {key: \"image:$(printf '%0256d' 0)\"}]" | leveectl model import - => ~-:1:16: the key is too long => ~-:1:96: the key is too long
1 => top 'models:\n- key: image:a\n- key: rule:a\n- key: image:a' | leveectl model import - => -:4:8: duplicate model "image:a", expected it once: line 2 has it
1 => top 'models:\n- {key: image:a, state: paused, left: soon, incomplete: maybe, colour: red}' | leveectl model import - => -:2:25: bad state "paused", expected learning, dry-run or active => -:2:39: bad duration of left "soon", expected a number and s, min, h or d => -:2:57: bad incomplete "maybe", expected false or true => -:2:64: unknown key "colour", expected key, state, left, incomplete, outbound, listen or dns
1 => top 'models:\n- {key: image:a, left: 1h}' | leveectl model import - => -:2:3: left of an active model "left", expected it with state: learning or dry-run
1 => top 'models:\n- {key: image:a, listen: 80/tcp}' | leveectl model import - => -:2:26: bad value of listen "80/tcp", expected a list of items
1 => top 'models:\n- {key: image:a, listen: [80/tcp, [81/tcp], 80/tcp]}' | leveectl model import - => ~-:2:35: bad value of an entry "[...]" => -:2:45: duplicate item "80/tcp", expected it once: line 2 has it
1 => top 'models:\n- {key: image:a, dns: [A.example, {entry: a.example.}]}' | leveectl model import - => -:2:35: duplicate item "a.example", expected it once: line 2 has it
1 => top 'models:\n- {key: image:a, outbound: ["::ffff:10.0.0.1/tcp"]}' | leveectl model import - => ~-:2:29: a model knows one port an entry "::ffff:10.0.0.1/tcp"

# What is wider than an act or a collapse.
1 => top 'models:\n- key: image:a\n  outbound:\n  - 10.0.0.0/8:80/tcp\n  - any:80/tcp\n  - loopback:80/tcp\n  - a.example:80/tcp\n  - 10.0.0.1:80\n  - 10.0.0.1/tcp\n  - 10.0.0.1:80-81/tcp\n  - 10.0.0.1:1024-65535/tcp\n  - internet:1-65535/tcp\n  - internet' | leveectl model import - => ~-:4:5: a model knows addresses, IPv4 /24 and IPv6 /64 "10.0.0.0/8:80/tcp", expected one protocol and port => ~-:5:5: a model knows no such entry "any:80/tcp" => ~-:6:5: a model knows no such entry "loopback:80/tcp" => ~-:7:5: a model knows addresses in outbound "a.example:80/tcp" => ~-:8:5: a model knows one protocol an entry "10.0.0.1:80" => ~-:9:5: a model knows one port an entry "10.0.0.1/tcp" => ~-:10:5: a model knows single ports, and 1024-65535 "10.0.0.1:80-81/tcp" => ~-:11:5: a model knows single ports => ~-:12:5: a model knows single ports => ~-:13:5: a model knows one protocol an entry "internet"
1 => top 'models:\n- key: image:a\n  listen: [443/any, ephemeral/any, 80, 8000-8010/tcp, 1024-65534/udp]\n  dns: ["*.example", 10.0.0.1, "*"]' | leveectl model import - => ~-:3:12: a model knows one protocol an entry "443/any", expected one port as 8080/tcp => ~-:3:21: a model knows one protocol an entry "ephemeral/any" => ~-:3:36: a port without a protocol "80" => ~-:3:40: a model knows single ports => ~-:3:55: a model knows single ports => ~-:4:9: a model knows no such entry "*.example", expected example.com or .example.com => ~-:4:22: an address "10.0.0.1" => ~-:4:32: a * alone "*"

# What is said of an item.
1 => top 'models:\n- key: image:a\n  dns:\n  - {entry: a.example, first: yesterday, last: 2026-02-30T10:00:00Z}\n  - {entry: b.example, first: 1h, last: "2026-01-01T10:00:00"}\n  - {entry: c.example, first: 1970-01-01T00:00:00Z, last: 9999-01-01T00:00:00Z}' | leveectl model import - => -:4:29: bad time of first "yesterday", expected a time as 2026-01-31T12:00:00Z => -:4:46: bad time of last "2026-02-30T10:00:00Z", expected a time as 2026-01-31T12:00:00Z => ~-:5:31: bad time of first "1h" => ~-:5:41: bad time of last "2026-01-01T10:00:00" => ~-:6:31: bad time of first => ~-:6:59: bad time of last
1 => top 'models:\n- key: image:a\n  dns:\n  - {entry: a.example, uses: 0, members: 4294967296, comm: ""}\n  - {entry: b.example, uses: -1, comm: sixteen-bytes-it}\n  - {uses: 1}\n  - {entry: c.example, age: 3}\n  - {entry: d.example, uses: 1, uses: 2}\n  - {entry: [e.example]}' | leveectl model import - => -:4:28: bad number of uses "0", expected 1 to 18446744073709551615 => -:4:40: bad number of members "4294967296", expected 1 to 4294967295 => -:4:60: bad comm "", expected 1 to 15 bytes => ~-:5:30: bad number of uses "-1" => -:5:40: bad comm "sixteen-bytes-it", expected 1 to 15 bytes => -:6:5: an item without its entry "{...}", expected {entry: ..., ...} => -:7:24: unknown key "age", expected entry, first, last, uses, members or comm => -:8:33: duplicate key "uses", expected it once => ~-:9:13: bad value of an entry "[...]"

# Command lines.
2 => leveectl model => ~a word is missing
2 => leveectl model frob => ~unknown word "frob"
2 => leveectl model list all => ~unexpected word "all"
2 => leveectl model show => ~a word is missing
2 => leveectl model show a --stale => ~a duration is missing after "--stale"
2 => leveectl model show a --stale yesterday => ~bad duration, expected as 10min or 7d, "yesterday"
2 => leveectl model export a b => ~unexpected word "b"
2 => leveectl model export --output => ~a file is missing after "--output"
2 => leveectl model export --json => ~unknown option "--json"
2 => leveectl model import => ~a word is missing
2 => leveectl model extend a => ~a word is missing
2 => leveectl model extend a 0s => ~bad duration, expected as 10min or 7d, "0s"
2 => leveectl model extend a 200y => ~bad duration
2 => leveectl model freeze a b => ~unexpected word "b"
2 => leveectl model relearn => ~a word is missing
2 => leveectl model suggest => ~a word is missing
1 => leveectl model list => leveectl: levee is not loaded (modprobe levee)
1 => leveectl show models => leveectl: levee is not loaded (modprobe levee)
1 => leveectl model export --output x; [ ! -e x ] || echo there >&2; leveectl model list => leveectl: levee is not loaded (modprobe levee) => leveectl: levee is not loaded (modprobe levee)
