# Feeds of a policy, and their files.
0 => echo a.example >f; top 'rules: []\nfeeds: [{name: intel, domains: f}]' >p; leveectl check p => p: warning: no rule: nothing is protected => out:# feed "intel" has 1 domains
0 => mkdir -p d; echo a.example >d/f; top 'rules: []\nfeeds: [{name: intel, domains: f}]' >d/p; leveectl check d/p 2>/dev/null | sed -n "s,$PWD/,,p" => out:    domains: "d/f"
0 => mkdir -p d; echo a.example >d/f; top 'rules: []\nfeeds: [{name: intel, domains: f}]' >d/p; leveectl check "$PWD/d/p" 2>/dev/null | sed -n "s,$PWD/,,p" => out:    domains: "d/f"
0 => echo 10.0.0.1 >f; top 'rules: []\nfeeds: [{name: intel, addresses: f}]' | leveectl check - 2>/dev/null | sed -n "s,$PWD/,,p" => out:    addresses: "f"
1 => top 'rules: []\nfeeds: [{name: intel, domains: gone}]' | leveectl check - => ~/gone: No such file or directory
1 => top 'rules: []\nfeeds: [{name: intel, domains: .}]' | leveectl check - => ~Is a directory
1 => top 'rules: []\nfeeds: intel' | leveectl check - => -:2:8: bad value of feeds "intel", expected a list of feeds
1 => top 'rules: []\nfeeds: [intel]' | leveectl check - => -:2:9: bad value of a feed "intel", expected {name: NAME, domains: FILE}
1 => top 'rules: []\nfeeds: [{domains: f}]' | leveectl check - => -:2:9: a feed without its name "feeds", expected {name: NAME, domains: FILE}
1 => top 'rules: []\nfeeds: [{name: x}]' | leveectl check - => -:2:9: a feed without a file "x", expected domains: FILE or addresses: FILE
1 => top 'rules: []\nfeeds: [{name: x, domains: f, addresses: g}]' | leveectl check - => -:2:9: a feed of two kinds "x", expected domains: FILE or addresses: FILE
1 => top 'rules: []\nfeeds: [{name: x, file: f}]' | leveectl check - => ~-:2:19: unknown key "file", expected name, domains or addresses
1 => top 'rules: []\nfeeds:\n- {name: x, domains: f}\n- {name: x, addresses: g}' | leveectl check - => -:4:3: the name is taken "x", expected another than that of line 3
1 => top 'rules: []\nfeeds: [{name: x, domains: ""}]' | leveectl check - => -:2:28: no file name "", expected that of a feed's file
1 => top "rules: []\nfeeds: [{name: x, domains: /$(printf '%0255d' 0)}]" | leveectl check - => ~-:2:28: the file name is too long
1 => top "rules: []\nfeeds: [$(printf '{name: x%d, domains: f},' {1..65})]" | leveectl check - => ~too many feeds "feeds", expected at most 64

# Bad lines are told with their place, and refuse the feed; with --lenient they are skipped. (The module is not loaded.)
1 => printf 'a.example\nhttp://b.example/\n' >f; leveectl feed load x f => f:2: a URL "http://b.example/", expected the domain name in it alone, as example.com
1 => printf 'a.example\nhttp://b.example/\n' >f; leveectl feed load --lenient x f => f:2: warning: a URL "http://b.example/", expected the domain name in it alone, as example.com => leveectl: levee is not loaded (modprobe levee)
1 => printf 'http://b.example/\n' | leveectl feed load --lenient x - => -:1: warning: a URL "http://b.example/", expected the domain name in it alone, as example.com => -: nothing is in it, expected at least one name or address
1 => : | leveectl feed load x - => -: nothing is in it, expected at least one name or address
1 => printf '# only\n\n; comments\n! here\r\n' | leveectl feed load x - => -: nothing is in it, expected at least one name or address
1 => leveectl feed load x gone => gone: No such file or directory
1 => leveectl feed load x / => /: Is a directory
1 => echo a.example | leveectl feed load x - => leveectl: levee is not loaded (modprobe levee)
1 => seq -f '%g@' 25 | leveectl feed load x - 2>&1 >/dev/null | tail -n 1 >&2 => note: -:25: 5 more lines are bad
1 => echo bücher.example | leveectl feed load x - => -:1: the name is not ASCII "b\xc3\xbccher.example", expected the A-labels of it, as xn--bcher-kva.example (idn2 gives them)
1 => printf 'a.example\n\33[31m\n' | leveectl feed load x - => -:2: a character that names do not have "\x1b[31m", expected letters, digits, - and _, another as \DDD
1 => printf 'a.example\na\0b\n' | leveectl feed load x - => ~-:2: a character that names do not have "a\x00b"
1 => printf 'a.example\n10.0.0.1\n' | leveectl feed load x - => -:2: an address "10.0.0.1", expected a domain name as example.com
1 => printf '10.0.0.1\na.example\n' | leveectl feed load x - => -:2: bad address "a.example", expected an address, ADDRESS/LENGTH, FIRST - LAST or FIRST,LAST
1 => echo 'a.*.example' | leveectl feed load x - => ~-:1: a * inside the name
1 => echo . | leveectl feed load x - => -:1: the root, which covers every name ".", expected a name
1 => echo '*.' | leveectl feed load x - => ~-:1: the root, which covers every name
1 => echo '@@||a.example^' | leveectl feed load x - => ~-:1: an exception "@@||a.example^", expected a name, ADDRESS NAME..., NAME CNAME ., ||NAME^ or address=/NAME/
1 => echo '||a.example^$third-party' | leveectl feed load x - => -:1: a filter that is not for a whole name "||a.example^$third-party", expected ||NAME^
1 => echo 'a.example##.ad' | leveectl feed load x - => ~-:1: a character that names do not have "a.example##.ad"
1 => echo 'a.example CNAME rpz-passthru.' | leveectl feed load x - => -:1: a CNAME that is no refusal "a.example CNAME rpz-passthru.", expected NAME CNAME .
1 => echo 'a.example CNAME b.example.' | leveectl feed load x - => ~a CNAME that is no refusal
1 => echo '32.1.2.0.192.rpz-ip CNAME .' | leveectl feed load x - => ~-:1: a trigger that is no name
1 => echo 'a.example IN A 127.0.0.1' | leveectl feed load x - => ~-:1: no line of such a feed
1 => printf '$ORIGIN rpz.example.\na.other. CNAME .\n' | leveectl feed load x - => -:2: a name outside its zone "a.other.", expected one below $ORIGIN or the SOA
1 => echo '$INCLUDE x' | leveectl feed load x - => -:1: an unknown directive "$INCLUDE x", expected $TTL or $ORIGIN
1 => echo '10.0.0.1 own.example' | leveectl feed load x - => -:1: a host with an address of its own "10.0.0.1", expected 0.0.0.0, 127.0.0.1, :: or ::1 before the name
1 => echo 'address=/a.example/10.0.0.1' | leveectl feed load x - => -:1: an address that is no sink "address=/a.example/10.0.0.1", expected address=/NAME/
1 => echo 'server=/a.example/9.9.9.9' | leveectl feed load x - => ~-:1: an address that is no sink
1 => echo 'address=/' | leveectl feed load x - => -:1: the name is missing "address=/", expected address=/NAME/
1 => printf 'a.example\n%070000d\nb@\n' 0 | leveectl feed load x - => ~-:2: the line is too long "0000 => ~", expected at most 65535 bytes => ~-:3: a character that names do not have "b@"
1 => printf '%070000d' 0 | leveectl feed load x - => ~-:1: the line is too long
1 => echo 10.1.0.0/8 | leveectl feed load x - => -:1: address bits are set beyond the prefix "10.1.0.0/8", expected the first address of the prefix, or a longer length
1 => echo 10.0.0.0/33 | leveectl feed load x - => -:1: bad prefix length "10.0.0.0/33", expected 0 to 32 for an IPv4 address
1 => echo '10.0.0.9 - 10.0.0.1' | leveectl feed load x - => -:1: the first address is above the last "10.0.0.9 - 10.0.0.1", expected FIRST - LAST
1 => echo '10.0.0.1,::1,XX' | leveectl feed load x - => -:1: a range from IPv4 to IPv6 "10.0.0.1,::1,XX", expected one family
1 => printf '10.0.0.1\n10.0.0.1 spam\n' | leveectl feed load x - => ~-:2: bad address "10.0.0.1 spam"

# One more than a feed may have.
1 => seq -f 'n%.0f.example' 2000001 | leveectl feed load x - => -: too many names, expected at most 2000000
1 => awk 'BEGIN { for (i = 0; i < 1000001; i++) printf "%d.%d.%d.%d\n", 1 + i / 8388608, i / 32768 % 256, i / 128 % 256, i * 2 % 256 }' | leveectl feed load x - => -: too many prefixes, expected at most 1000000
