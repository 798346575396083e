# Good policies.
0 => policy full | leveectl check - => out:        - "10.0.0.0/8" => out:        - "internet:443/tcp" => out:require: [socket-hooks]
0 => policy full | leveectl check - | leveectl check - => out:        - "[2001:db8::]/32:443"
0 => policy full | leveectl check - => out:        - "10.1.2.3" => out:        - "198.51.100.7/32/99" => out:        - "192.0.2.1:8000-8010/udp"
0 => policy full | leveectl check - | grep -v '^#' >one; leveectl check one | grep -v '^#' >two; cmp one two
0 => rule 'model: "off"' | leveectl check - => out:    model: off
0 => rule 'model: off' | leveectl check - => out:    raw-sockets: => out:      effect: alert
0 => rule 'families: [unix, vsock]' | leveectl check - => out:      - vsock
0 => top 'rules: []' | leveectl check - => -: warning: no rule: nothing is protected
0 => top '\xef\xbb\xbfrules: []' | leveectl check - => -: warning: no rule: nothing is protected
0 => rule 'outbound: {effect: alert, allow: [10.0.0.1, 10.0.0.1/32, "10.0.0.1"]}' | leveectl check - | grep -c 10.0.0.1 | grep -x 1 => out:1
0 => rule 'outbound: {effect: alert, allow: ["::ffff:10.0.0.0/104"]}' | leveectl check - => out:        - "10.0.0.0/8"
0 => rule 'raw-sockets: {effect: alert, allow: [icmpv6/raw, 99/raw, xdp]}' | leveectl check - => out:        - "ipv6-icmp/raw" => out:        - "99/raw" => out:        - "xdp"
0 => rule 'listen: {effect: alert, allow: [443/any]}' | leveectl check - => out:        - "443/any"
0 => rule 'dns: {effect: disable}' | leveectl check -

# The resultant default: deny where there is an allow list, even an empty one.
0 => rule 'outbound: {effect: alert, allow: [any]}' | leveectl check - => out:      default: deny
0 => rule 'outbound: {effect: alert, allow: []}' | leveectl check - => out:      default: deny
0 => rule 'outbound: {effect: alert, deny: [any]}' | leveectl check - => out:      default: allow
0 => rule 'raw-sockets: {effect: prevent}' | leveectl check - => out:      default: deny
0 => rule 'raw-sockets: {effect: prevent, default: allow}' | leveectl check - => out:      default: allow

# What is accepted and not active yet is said.
0 => top 'rules:\n  - name: r\n    scope: {image: ["a/*"], container: [x]}' | leveectl check - => out:# rule "r" selects no cgroup that exists now

# What a model makes moot, and one that learns nothing.
0 => rule 'model: learn\n    outbound: {effect: alert}' | leveectl check - => out:    model: learn => no:      default: allow
0 => rule 'model: learn\n    listen: {effect: alert, default: deny, allow: []}' | leveectl check - => -:5:29: warning: the default of listen has no effect beside model: learn
0 => rule 'model: learn\n    outbound: {effect: disable, default: deny}\n    listen: {effect: alert, allow: []}' | leveectl check -
0 => rule 'model: learn\n    raw-sockets: {effect: alert, default: allow}' | leveectl check - => -:4:5: warning: the model learns nothing: outbound, listen and dns are disabled
0 => rule 'listen: {effect: alert, default: deny}' | leveectl check -

# Shadowed entries.
0 => rule 'outbound: {effect: alert, allow: [10.1.0.0/16:443/tcp], deny: [10.0.0.0/8]}' | leveectl check - => -:4:39: warning: the allow entry "10.1.0.0/16:443/tcp" has no effect: the deny entry "10.0.0.0/8" of line 4 covers it
0 => rule 'outbound: {effect: alert, allow: [10.0.0.0/8], deny: [10.1.0.0/16]}' | leveectl check -
0 => rule 'outbound: {effect: alert, allow: [10.0.0.0/8:443], deny: [10.0.0.0/8:443/tcp]}' | leveectl check -
0 => rule 'outbound: {effect: alert, allow: [10.0.0.0/8/tcp], deny: ["10.0.0.0/8:1-65535"]}' | leveectl check -
0 => rule 'outbound: {effect: alert, allow: [loopback, 127.0.0.1], deny: [any, 0.0.0.0/0]}' | leveectl check -
0 => rule 'outbound: {effect: alert, allow: [127.0.0.1:80], deny: [loopback]}' | leveectl check - => -:4:39: warning: the allow entry "127.0.0.1:80" has no effect: the deny entry "loopback" of line 4 covers it
0 => rule 'outbound: {effect: alert, allow: [internet:80], deny: [any]}' | leveectl check - => -:4:39: warning: the allow entry "internet:80" has no effect: the deny entry "any" of line 4 covers it
0 => rule 'outbound: {effect: alert, allow: ["2001:db8::1"], deny: ["2001:db8::/33"]}' | leveectl check - => -:4:39: warning: the allow entry "2001:db8::1" has no effect: the deny entry "2001:db8::/33" of line 4 covers it
0 => rule 'listen: {effect: alert, allow: [80/tcp, 81/tcp], deny: [80/any]}' | leveectl check - => -:4:37: warning: the allow entry "80/tcp" has no effect: the deny entry "80/any" of line 4 covers it

# YAML's traps.
1 => rule 'outbound: {effect: alert, allow: [*.stripe.com:443]}' | leveectl check - => -:4:39: an unquoted * begins an alias "*.stripe.com:443]}", expected it in quotes: "*..."
1 => rule 'outbound: {effect: alert, allow: [*stripe]}' | leveectl check - => -:4:39: an unquoted * makes an alias "*stripe", expected it in quotes: "*..."
1 => rule 'outbound: {effect: alert, allow: [[2001:db8::]/32:443]}' | leveectl check - => -:4:39: an unquoted [ begins a list "[2001:db8::]/32:443]}", expected the IPv6 address in quotes: "[ADDRESS]..."
1 => rule 'outbound:\n      effect: alert\n      allow:\n        - [2001:db8::]/32:443' | leveectl check - => -:7:11: an unquoted [ begins a list "[2001:db8::]/32:443", expected the IPv6 address in quotes: "[ADDRESS]..."
1 => rule 'outbound: {effect: alert, allow: [[2001:db8::1]]}' | leveectl check - => -:4:39: an unquoted [ begins a list "[...]", expected an entry; an IPv6 address in brackets goes in quotes: "[ADDRESS]..."
1 => rule 'outbound: {effect: alert, allow: [::1]}' | leveectl check - => -:4:39: an unquoted : begins a map "::1]}", expected it in quotes, as every IPv6 address that begins or ends with ::
1 => rule 'outbound: {effect: alert, allow: [fe80::, any]}' | leveectl check - => -:4:39: an unquoted : begins a map "fe80::", expected it in quotes, as every IPv6 address that begins or ends with ::
1 => rule 'outbound: {effect: alert, allow: [10.0.0.0/8:80,443/tcp]}' | leveectl check - => -:4:53: bad address "443/tcp", expected an address, ADDRESS/LENGTH, internet, any, loopback or a domain, then [:PORTS][/PROTO]: the comma made two entries of it, "10.0.0.0/8:80" and "443/tcp", write the whole entry for each port
1 => rule 'listen: {effect: alert, allow: [80,443/tcp]}' | leveectl check - => -:4:37: a port without a protocol "80", expected PORTS/PROTO as 8080/tcp or 9000-9010/tcp, or ephemeral/PROTO: the comma made two entries of it, "80" and "443/tcp", write the whole entry for each port
1 => rule 'outbound: {effect: alert, allow: ["10.0.0.0/8:80,443/tcp"]}' | leveectl check - => -:4:39: a list of ports "10.0.0.0/8:80,443/tcp", expected one port or FIRST-LAST, and an entry for each
1 => rule 'listen: {effect: alert, allow: [8080]}' | leveectl check - => -:4:37: a port without a protocol "8080", expected PORTS/PROTO as 8080/tcp or 9000-9010/tcp, or ephemeral/PROTO
1 => top 'rules:\n\t- name: r' | leveectl check - => -:2:1: a tab in the indentation "\x09", expected spaces
1 => top 'rules:\n  - name: r\n \t  scope: {}\n\t# comment\n\tx: y' | leveectl check - => -:3:2: a tab in the indentation "\x09", expected spaces => -:5:1: a tab in the indentation "\x09", expected spaces
1 => rule 'listen: {effect: alert}\n    listen: {effect: prevent}' | leveectl check - => -:5:5: duplicate key "listen", expected it once
1 => top 'rules: []\nrules: []' | leveectl check - => -:2:1: duplicate key "rules", expected it once
1 => rule 'outbound: &a {effect: alert}' | leveectl check - => -:4:15: an anchor "&a", expected a value without one
1 => rule 'outbound: !!map {effect: alert}' | leveectl check - => -:4:15: a tag "tag:yaml.org,2002:map", expected a value without one
1 => rule 'outbound: {effect: !x alert}' | leveectl check - => -:4:24: a tag "!x", expected a value without one
1 => top 'rules: []\n---\nrules: []' | leveectl check - => -:2:1: a second document "---", expected one document
1 => rule 'outbound: {effect: alert' | leveectl check - => ~-:5:1: no valid YAML
1 => : | leveectl check - => -:1:1: the file is empty "", expected rules: [...]
1 => top '# nothing' | leveectl check - => -:1:1: the file is empty "", expected rules: [...]
1 => printf 'rules: []\n\0' | leveectl check - => -:2:1: a control character "\x00", expected printable text
1 => printf 'rules: []\n# \xff\xc3\n' | leveectl check - => -:2:3: no valid UTF-8 "\xff", expected UTF-8 text => -:2:4: no valid UTF-8 "\xc3", expected UTF-8 text
1 => printf 'rules: []\n# \xc2\x9b31m\n' | leveectl check - => -:2:3: a control character "\x9b", expected printable text
1 => rule 'outbound: {effect: "al\\0ert"}' | leveectl check - => -:4:24: a NUL byte "\x00", expected printable text
1 => printf '[[[[[[[[[[[[[[[[[[[[[' | leveectl check - => -:1:17: nested too deeply "[", expected at most 16 levels
1 => head -c 67108865 /dev/zero | leveectl check - => -: the file is too long, expected at most 64 MiB
1 => leveectl check none.yaml => none.yaml: No such file or directory
1 => leveectl check / => /: Is a directory

# The shape.
1 => top 'rules: {}' | leveectl check - => -:1:8: bad value of rules "{...}", expected a list of rules
1 => top 'require: [socket-hooks]' | leveectl check - => -:1:1: no rules "rules", expected rules: [...]
1 => top 'rules: []\nrequire: [socket-hook]' | leveectl check - => -:2:11: bad requirement "socket-hook", expected socket-hooks
1 => top 'rules: []\nfoo: 1' | leveectl check - => -:2:1: unknown key "foo", expected require, rules or feeds
1 => rule 'colour: red' | leveectl check - => -:4:5: unknown key "colour", expected name, scope, model, learn-for, dry-run-for, adapt, model-key, outbound, listen, dns, raw-sockets, port-scan or families
1 => rule 'outbound: {effect: alert, color: red}' | leveectl check - => -:4:31: unknown key "color", expected effect, default, allow, deny or feeds
1 => rule 'outbound: {effect: off}' | leveectl check - => -:4:24: bad effect "off", expected disable, alert, prevent or block
1 => rule 'outbound: {allow: [any]}' | leveectl check - => -:4:5: no effect in "outbound", expected effect: disable, alert, prevent or block
1 => rule 'outbound: {effect: alert, default: drop}' | leveectl check - => -:4:40: bad default "drop", expected allow or deny
1 => rule 'outbound: alert' | leveectl check - => -:4:15: bad value of outbound "alert", expected {effect: ..., ...}
1 => rule 'outbound: {effect: alert, allow: any}' | leveectl check - => -:4:38: bad value of the list "any", expected entries in [...]
1 => rule 'model: maybe' | leveectl check - => -:4:12: bad model "maybe", expected off or learn
1 => rule 'learn-for: 60' | leveectl check - => -:4:16: bad duration of learn-for "60", expected a number and s, min, h or d
1 => rule 'learn-for: 0s' | leveectl check - => -:4:16: learn-for is out of range "0s", expected 1s to 49710d6h28m15s
1 => rule 'families: [inet, carrier-pigeon]' | leveectl check - => -:4:22: unknown socket family "carrier-pigeon", expected a name as inet, inet6, unix, netlink or vsock
1 => rule 'families: []' | leveectl check - => -:4:15: no family in families "[]", expected names; without the key, every family is permitted
1 => top 'rules:\n  - {name: a, scope: {cgroup: ["/a"]}}\n  - {name: a, scope: {cgroup: ["/b"]}}' | leveectl check - => -:3:12: the name is taken "a", expected another than that of line 2
1 => top 'rules:\n  - {name: "a\\nb", scope: {cgroup: ["/a"]}}' | leveectl check - => -:2:12: a control character in the name "a\x0ab", expected 1 to 63 bytes of printable text
1 => top "rules:\n  - {name: $(printf '%064d' 0), scope: {cgroup: [/a]}}" | leveectl check - => ~-:2:12: the name is too long
1 => top 'rules:\n  - {name: "", scope: {cgroup: ["/a"]}}' | leveectl check - => -:2:12: the name is empty "", expected 1 to 63 bytes of printable text
1 => top 'rules:\n  - {name: a}' | leveectl check - => -:2:5: a rule without its scope "a", expected name and scope

# Scopes.
1 => top 'rules:\n  - {name: a, scope: {}}' | leveectl check - => -:2:15: the scope selects nothing "scope", expected a pattern of cgroup, container or image outside not
1 => top 'rules:\n  - {name: a, scope: {not: {cgroup: ["/a"]}}}' | leveectl check - => -:2:15: the scope selects nothing "scope", expected a pattern of cgroup, container or image outside not
1 => top 'rules:\n  - {name: a, scope: {cgroup: ["/"]}}' | leveectl check - => -:2:32: the root cgroup is never a workload "/", expected a path below it
1 => top 'rules:\n  - {name: a, scope: {cgroup: [docker-*]}}' | leveectl check - => -:2:32: a cgroup pattern without its root "docker-*", expected a path that begins with /
1 => top 'rules:\n  - {name: a, scope: {cgroup: ["/a[b"]}}' | leveectl check - => -:2:32: bad pattern "/a[b", expected no set without its closing bracket at character 3
1 => top 'rules:\n  - {name: a, scope: {cgroup: [/a/]}}' | leveectl check - => -:2:32: no cgroup path ends with / "/a/", expected it without
1 => top 'rules:\n  - {name: a, scope: {cgroup: ["/a\\tb"]}}' | leveectl check - => -:2:32: a control character in the pattern "/a\x09b", expected printable text
1 => top 'rules:\n  - {name: a, scope: {cgroup: []}}' | leveectl check - => -:2:31: no pattern in cgroup "[]", expected at least one
1 => top "rules:\n  - {name: a, scope: {cgroup: [/$(printf '%0255d' 0)]}}" | leveectl check - => ~-:2:32: bad pattern

# Entries.
1 => rule 'outbound: {effect: alert, allow: [10.1.0.0/8]}' | leveectl check - => -:4:39: address bits are set beyond the prefix "10.1.0.0/8", expected 10.0.0.0/8
1 => rule 'outbound: {effect: alert, allow: [2001:db8::1/64]}' | leveectl check - => -:4:39: address bits are set beyond the prefix "2001:db8::1/64", expected 2001:db8::/64
1 => rule 'outbound: {effect: alert, allow: [10.0.0.0/33]}' | leveectl check - => -:4:39: bad prefix length "10.0.0.0/33", expected 0 to 32 for an IPv4 address
1 => rule 'outbound: {effect: alert, allow: [10.0.0.256]}' | leveectl check - => -:4:39: bad address "10.0.0.256", expected an address, ADDRESS/LENGTH, internet, any, loopback or a domain, then [:PORTS][/PROTO]
1 => rule 'outbound: {effect: alert, allow: [internte:443]}' | leveectl check - => -:4:39: unknown target "internte:443", expected an address, internet, any, loopback or a domain, which ends in a dot where it is one label, as db.
1 => rule 'outbound: {effect: alert, allow: [any:0]}' | leveectl check - => -:4:39: bad port "any:0", expected a port of 1 to 65535, or FIRST-LAST
1 => rule 'outbound: {effect: alert, allow: [any:65536]}' | leveectl check - => -:4:39: bad port "any:65536", expected a port of 1 to 65535, or FIRST-LAST
1 => rule 'outbound: {effect: alert, allow: [any:90-80]}' | leveectl check - => -:4:39: the first port is above the last "any:90-80", expected a port of 1 to 65535, or FIRST-LAST
1 => rule 'outbound: {effect: alert, allow: [any:80/icmp]}' | leveectl check - => -:4:39: the protocol has no ports "any:80/icmp", expected no ports, or tcp, udp or sctp
1 => rule 'outbound: {effect: alert, allow: [any/tpc]}' | leveectl check - => -:4:39: unknown protocol "any/tpc", expected a protocol as tcp, udp, sctp or icmp, or any
1 => rule 'outbound: {effect: alert, allow: [2001:db8::1/128:443]}' | leveectl check - => -:4:39: an IPv6 address with ports needs brackets "2001:db8::1/128:443", expected "[ADDRESS]/LENGTH:PORTS/PROTO"
1 => rule 'outbound: {effect: alert, allow: ["[2001:db8::1"]}' | leveectl check - => -:4:39: a bracket is not closed "[2001:db8::1", expected [ADDRESS]/LENGTH:PORTS/PROTO
1 => rule 'outbound: {effect: alert, allow: [fe80::1%eth0]}' | leveectl check - => ~bad address "fe80::1%eth0"
1 => rule 'outbound: {effect: alert, allow: [""]}' | leveectl check - => -:4:39: the target is missing "", expected an address, ADDRESS/LENGTH, internet, any, loopback or a domain, then [:PORTS][/PROTO]
1 => rule 'outbound: {effect: alert, allow: [a: b]}' | leveectl check - => -:4:39: a colon makes a map "a", expected an entry; one that ends in a colon goes in quotes: "ADDRESS"
1 => rule 'listen: {effect: alert, allow: [53/icmp]}' | leveectl check - => -:4:37: the protocol has no ports "53/icmp", expected tcp, udp, sctp or any
1 => rule 'listen: {effect: alert, allow: [http/tcp]}' | leveectl check - => -:4:37: bad listen entry "http/tcp", expected PORTS/PROTO as 8080/tcp or 9000-9010/tcp, or ephemeral/PROTO
1 => rule 'raw-sockets: {effect: alert, allow: [icmp]}' | leveectl check - => -:4:42: bad raw-sockets entry "icmp", expected PROTO/raw as icmp/raw, packet or xdp

# All errors of a file are told at once, and nothing of it is printed.
1 => rule 'outbound: {effect: x}\n    listen: {effect: y}\n    foo: z' | leveectl check - => -:4:24: bad effect "x", expected disable, alert, prevent or block => -:5:22: bad effect "y", expected disable, alert, prevent or block => ~-:6:5: unknown key "foo" => no:rules:
1 => rule 'outbound: {effect: "\\e[31m"}' | leveectl check - => -:4:24: bad effect "\x1b[31m", expected disable, alert, prevent or block
