# The dns section, names in outbound, and which feeds hold.
0 => rule 'dns: {effect: alert}' | leveectl check - => note: -:4: dns exfiltration is accepted but not active in this version => out:      feeds: true => out:        - 53 => out:      servers-only: false => out:      grace: 1m => out:      exfiltration: {effect: alert} => out:      default: allow
0 => rule 'dns: {effect: alert, exfiltration: {effect: disable}}' | leveectl check - => out:      exfiltration: {effect: disable}
0 => rule 'dns: {effect: disable, servers: [10.0.0.2]}' | leveectl check - => out:        - "10.0.0.2" => out:      exfiltration: {effect: disable}
0 => rule 'dns: {effect: disable, allow: [.stripe.com, EXAMPLE.com., a-b_c.example], deny: ["*.onion"]}' | leveectl check - => out:        - ".stripe.com" => out:        - "example.com" => out:        - "a-b_c.example" => out:        - "*.onion" => out:      default: deny
0 => rule 'dns: {effect: disable, servers: [2001:db8::1, 10.0.0.2, "::ffff:10.0.0.2"], servers-only: true, ports: [5353, 53], grace: 0s}' | leveectl check - | grep -A8 'ports:$' => out:        - "2001:db8::1" => out:        - 5353 => out:      servers-only: true => out:      grace: 0s
0 => rule 'dns: {effect: disable, feeds: false}' | leveectl check - => out:      feeds: false
0 => rule 'dns: {effect: disable, feeds: []}' | leveectl check - => out:      feeds: false
0 => rule 'dns: {effect: disable, allow: [., "*.", onion]}' | leveectl check - => out:        - "." => out:        - "*." => out:        - "onion."
0 => rule 'dns: {effect: disable, allow: ["a\\\\.b.example", "\\\\042.example", "\\\\065.example"]}' | leveectl check - => out:        - "a\\.b.example" => out:        - "\\042.example" => out:        - "a.example"
0 => rule 'dns: {effect: disable, servers: [127.0.0.11]}\n    outbound: {effect: alert, allow: ["*.Stripe.com:443", example.com:443/tcp, .example.org/sctp, db.:5432/tcp, 1.2.3.4.:80, a.example/99]}' | leveectl check - => out:        - "*.stripe.com:443" => out:        - "example.com:443/tcp" => out:        - ".example.org/sctp" => out:        - "db.:5432/tcp" => out:        - "1.2.3.4.:80" => out:        - "a.example/99"
0 => rule 'dns: {effect: disable, servers: [127.0.0.11]}\n    outbound: {effect: alert, allow: ["*.Stripe.com:443", example.com:443/tcp, .example.org/sctp, db.:5432/tcp, 1.2.3.4.:80, a.example/99]}' | leveectl check - | grep -v '^#' >one; leveectl check one | grep -v '^#' >two; cmp one two
0 => policy dns | leveectl check - 2>/dev/null | grep -v '^#' >one; leveectl check one 2>/dev/null | grep -v '^#' >two; cmp one two && grep -c example one => out:5

# Names.
1 => rule 'dns: {effect: alert, allow: [*.example.com]}' | leveectl check - => -:4:34: an unquoted * begins an alias "*.example.com]}", expected it in quotes: "*..."
1 => rule 'dns: {effect: alert, allow: ["https://example.com/"]}' | leveectl check - => ~-:4:34: a URL "https://example.com/", expected the domain name in it alone, as example.com
1 => rule 'dns: {effect: alert, allow: [example.com/a]}' | leveectl check - => ~-:4:34: a path behind a name "example.com/a", expected the domain name alone
1 => rule 'dns: {effect: alert, allow: ["example.com:53"]}' | leveectl check - => ~-:4:34: a port behind a name "example.com:53", expected the domain name alone
1 => rule 'dns: {effect: alert, allow: [bücher.example]}' | leveectl check - => ~-:4:34: the name is not ASCII "b\xc3\xbccher.example", expected the A-labels of it, as xn--bcher-kva.example (idn2 gives them)
0 => rule 'dns: {effect: disable, allow: [XN--BCHER-kva.example]}' | leveectl check - => out:        - "xn--bcher-kva.example"
1 => rule 'dns: {effect: alert, allow: [a.*.example]}' | leveectl check - => ~-:4:34: a * inside the name "a.*.example", expected it in front alone, as "*.example.com"; the character is \042
1 => rule 'dns: {effect: alert, allow: ["*a.example"]}' | leveectl check - => ~-:4:34: a * inside the name "*a.example"
1 => rule 'dns: {effect: alert, allow: ["*.*.example"]}' | leveectl check - => ~-:4:34: a * inside the name "*.*.example"
1 => rule 'dns: {effect: alert, allow: ["*"]}' | leveectl check - => ~-:4:34: a * alone "*", expected example.com, "*.example.com" (below it) or .example.com (both)
1 => rule 'dns: {effect: alert, allow: [..]}' | leveectl check - => ~-:4:34: two dots "..", expected example.com, "*.example.com" (below it) or .example.com (both)
1 => rule 'dns: {effect: alert, allow: [""]}' | leveectl check - => ~-:4:34: the name is missing "", expected example.com, "*.example.com" (below it) or .example.com (both)
1 => rule 'dns: {effect: alert, allow: [a..example]}' | leveectl check - => ~-:4:34: empty label "a..example", expected a domain name as example.com
1 => rule 'dns: {effect: alert, allow: [example.com..]}' | leveectl check - => ~-:4:34: empty label "example.com.."
1 => rule "dns: {effect: alert, allow: [$(printf '%064d' 0).example]}" | leveectl check - => ~-:4:34: label is longer than 63 bytes
1 => rule "dns: {effect: alert, allow: [$(printf 'a.%.0s' {1..128})]}" | leveectl check - => ~-:4:34: name is longer than 255 bytes
1 => rule "dns: {effect: alert, allow: [$(printf '%02000d' 0)]}" | leveectl check - => ~-:4:34: the entry is too long
1 => rule 'dns: {effect: alert, allow: [10.0.0.1]}' | leveectl check - => ~-:4:34: an address "10.0.0.1", expected a domain name as example.com
1 => rule 'dns: {effect: alert, allow: [2001:db8::1]}' | leveectl check - => ~-:4:34: an address "2001:db8::1"
1 => rule 'dns: {effect: alert, allow: [a b.example]}' | leveectl check - => ~-:4:34: a character that names do not have "a b.example", expected letters, digits, - and _, another as \DDD
1 => rule 'dns: {effect: alert, allow: [a$b.example]}' | leveectl check - => ~-:4:34: a character that names do not have
1 => rule 'dns: {effect: alert, allow: ["a\\\\25.example"]}' | leveectl check - => ~-:4:34: escape needs three digits
1 => rule 'dns: {effect: alert, allow: [example.com: 53]}' | leveectl check - => ~-:4:34: a colon makes a map "example.com"

# Names in outbound.
1 => rule 'outbound: {effect: alert, allow: ["*.stripe.com:443"]}' | leveectl check - => -:4:39: a domain entry in a rule without servers "*.stripe.com:443", expected dns: {servers: [ADDRESS, ...]}, whose answers tell its addresses
1 => rule 'outbound: {effect: alert, deny: [any, api.stripe.com]}' | leveectl check - => -:4:43: a domain entry in a rule without servers "api.stripe.com", expected dns: {servers: [ADDRESS, ...]}, whose answers tell its addresses
1 => rule 'outbound: {effect: alert, allow: ["https://example.com:443"]}' | leveectl check - => -:4:39: a URL "https://example.com:443", expected the domain in it, then [:PORTS][/PROTO]
1 => rule 'outbound: {effect: alert, allow: [*.example.com:443]}' | leveectl check - => -:4:39: an unquoted * begins an alias "*.example.com:443]}", expected it in quotes: "*..."
1 => rule 'outbound: {effect: alert, allow: [example.com:443,8443]}' | leveectl check - => ~-:4:55: bad address "8443" => ~the comma made two entries of it, "example.com:443" and "8443", write the whole entry for each port
1 => rule 'outbound: {effect: alert, allow: ["example.com:443,8443"]}' | leveectl check - => -:4:39: a list of ports "example.com:443,8443", expected one port or FIRST-LAST, and an entry for each
1 => rule 'outbound: {effect: alert, allow: [example.com:443/icmp]}' | leveectl check - => -:4:39: the protocol has no ports "example.com:443/icmp", expected no ports, or tcp, udp or sctp
1 => rule 'outbound: {effect: alert, allow: [example.com/tpc]}' | leveectl check - => -:4:39: unknown protocol "example.com/tpc", expected a protocol as tcp, udp, sctp or icmp, or any
1 => rule 'outbound: {effect: alert, allow: [bücher.example:443]}' | leveectl check - => ~-:4:39: the name is not ASCII
1 => rule 'outbound: {effect: alert, allow: [a.*.example]}' | leveectl check - => ~-:4:39: a * inside the name
1 => rule 'outbound: {effect: alert, allow: [localhost]}' | leveectl check - => -:4:39: unknown target "localhost", expected an address, internet, any, loopback or a domain, which ends in a dot where it is one label, as db.

# Settings.
1 => rule 'dns: {effect: alert, port: 53}' | leveectl check - => ~-:4:26: unknown key "port", expected effect, default, allow, deny, feeds, ports, servers, servers-only, grace or exfiltration
1 => rule 'dns: {allow: [a.example]}' | leveectl check - => ~-:4:5: no effect in "dns", expected effect: disable, alert, prevent or block
1 => rule 'dns: alert' | leveectl check - => ~-:4:10: bad value of dns "alert", expected {effect: ..., ...}
1 => rule 'dns: {effect: disable, ports: [0]}' | leveectl check - => -:4:36: bad port "0", expected a number of 1 to 65535; DNS is udp and tcp
1 => rule 'dns: {effect: disable, ports: [53/udp]}' | leveectl check - => -:4:36: bad port "53/udp", expected a number of 1 to 65535; DNS is udp and tcp
1 => rule 'dns: {effect: disable, ports: 53}' | leveectl check - => -:4:35: bad value of ports "53", expected a list of ports as [53]
1 => rule 'dns: {effect: disable, ports: []}' | leveectl check - => -:4:35: nothing in ports "[]", expected a list of ports as [53]
1 => rule "dns: {effect: disable, ports: [$(seq -s, 1 17)]}" | leveectl check - => ~too many ports "17", expected at most 16
1 => rule 'dns: {effect: disable, servers: [10.0.0.2:53]}' | leveectl check - => -:4:38: bad server "10.0.0.2:53", expected an address as 10.0.0.2, without a port; ports: lists those
1 => rule 'dns: {effect: disable, servers: [dns.example]}' | leveectl check - => ~-:4:38: bad server "dns.example"
1 => rule 'dns: {effect: disable, servers: [10.0.0.0/8]}' | leveectl check - => ~-:4:38: bad server "10.0.0.0/8"
1 => rule 'dns: {effect: disable, servers: 10.0.0.2}' | leveectl check - => -:4:37: bad value of servers "10.0.0.2", expected a list of addresses as [10.0.0.2]
1 => rule 'dns: {effect: disable, servers: []}' | leveectl check - => -:4:37: nothing in servers "[]", expected a list of addresses as [10.0.0.2]
1 => rule "dns: {effect: disable, servers: [$(printf '10.0.0.%d,' {1..64})10.0.1.1]}" | leveectl check - => ~too many servers "10.0.1.1", expected at most 64
1 => rule 'dns: {effect: disable, servers-only: true}' | leveectl check - => -:4:5: servers-only without servers in "dns", expected servers: [ADDRESS, ...]
1 => rule 'dns: {effect: disable, servers-only: yes}' | leveectl check - => -:4:42: bad servers-only "yes", expected false or true
1 => rule 'dns: {effect: disable, grace: 60}' | leveectl check - => -:4:35: bad duration of grace "60", expected a number and s, min, h or d
1 => rule 'dns: {effect: disable, grace: 2d}' | leveectl check - => -:4:35: grace is out of range "2d", expected 0s to 1d
1 => rule 'dns: {effect: disable, exfiltration: alert}' | leveectl check - => -:4:42: bad value of exfiltration "alert", expected {effect: ...}
1 => rule 'dns: {effect: disable, exfiltration: {}}' | leveectl check - => -:4:28: no effect in "exfiltration", expected effect: disable, alert, prevent or block
1 => rule 'dns: {effect: disable, exfiltration: {effect: disable, hold: 1s}}' | leveectl check - => ~unknown key "hold", expected effect

# Feeds in a section.
0 => rule 'dns: {effect: disable, feeds: [intel]}' | leveectl check - => -:4:36: warning: the feed "intel" is not in this file: it holds once it is loaded on its own => out:        - "intel"
0 => echo a.example >f; rule "outbound: {effect: alert, feeds: [x]}\nfeeds: [{name: x, domains: $PWD/f}]" | leveectl check - => -:4:39: warning: the feed "x" has no effect here: it is one of domains
1 => rule 'dns: {effect: disable, feeds: yes}' | leveectl check - => -:4:35: bad value of feeds "yes", expected true, false or a list of names
1 => rule 'dns: {effect: disable, feeds: {a: b}}' | leveectl check - => -:4:35: bad value of feeds "{...}", expected true, false or a list of names
1 => rule 'dns: {effect: disable, feeds: [a, b, a]}' | leveectl check - => -:4:42: a feed is named twice "a", expected it once
1 => rule 'dns: {effect: disable, feeds: [""]}' | leveectl check - => -:4:36: the name is empty "", expected 1 to 63 bytes of printable text
1 => rule 'listen: {effect: alert, feeds: true}' | leveectl check - => ~unknown key "feeds", expected effect, default, allow or deny

# Shadowed names.
0 => rule 'dns: {effect: disable, allow: [a.example, .b.example], deny: [.example]}' | leveectl check - => -:4:36: warning: the allow entry "a.example" has no effect: the deny entry ".example" of line 4 covers it => -:4:47: warning: the allow entry ".b.example" has no effect: the deny entry ".example" of line 4 covers it
0 => rule 'dns: {effect: disable, allow: ["*.a.example"], deny: ["*.a.example"]}' | leveectl check - => -:4:36: warning: the allow entry "*.a.example" has no effect: the deny entry "*.a.example" of line 4 covers it
0 => rule 'dns: {effect: disable, allow: [a.example, .b.example, "*.c.example"], deny: ["*.a.example", "*.b.example", c.example, xa.example]}' | leveectl check -
0 => rule 'dns: {effect: disable, allow: [b.a.example], deny: ["*."]}' | leveectl check - => -:4:36: warning: the allow entry "b.a.example" has no effect: the deny entry "*." of line 4 covers it
0 => rule 'dns: {effect: disable, servers: [127.0.0.11]}\n    outbound: {effect: alert, allow: ["*.a.example:443", "*.b.example"], deny: [.a.example/tcp, ".a.example:400-500", ".b.example:80"]}' | leveectl check - => -:5:39: warning: the allow entry "*.a.example:443" has no effect: the deny entry ".a.example:400-500" of line 5 covers it
0 => rule 'dns: {effect: disable, servers: [127.0.0.11]}\n    outbound: {effect: alert, allow: [a.example], deny: [any]}' | leveectl check - => -:5:39: warning: the allow entry "a.example" has no effect: the deny entry "any" of line 5 covers it

# Servers that nothing allows.
0 => rule 'dns: {effect: disable, servers: [10.0.0.2, 9.9.9.9]}\n    outbound: {effect: prevent, allow: [internet:443/tcp, 10.0.0.0/24:53/udp]}' | leveectl check - => -:4:48: warning: nothing allows the server "9.9.9.9": dns is disabled, so outbound judges port 53
0 => rule 'dns: {effect: disable, servers: [10.0.0.2, 9.9.9.9]}\n    outbound: {effect: prevent, allow: [internet/udp, "10.0.0.2:53"]}' | leveectl check -
0 => rule 'dns: {effect: disable, servers: [10.0.0.2], ports: [5353]}\n    outbound: {effect: prevent, allow: ["10.0.0.2:53"]}' | leveectl check - => -:4:38: warning: nothing allows the server "10.0.0.2": dns is disabled, so outbound judges port 5353
0 => rule 'dns: {effect: disable, servers: [10.0.0.2]}\n    outbound: {effect: prevent}' | leveectl check -
