# Exit status 2 names the word.
2 => leveectl => leveectl: a command is missing => see: leveectl --help
2 => leveectl frobnicate => leveectl: unknown command "frobnicate" => see: leveectl --help
2 => leveectl metrics => leveectl: unknown command "metrics" => see: leveectl --help
2 => leveectl seal => leveectl: unknown command "seal" => see: leveectl --help
2 => leveectl check => leveectl: a word is missing => usage: leveectl check FILE
2 => leveectl check a b => leveectl: unexpected word "b" => usage: leveectl check FILE
2 => leveectl check --foo a => leveectl: unknown option "--foo" => usage: leveectl check FILE
2 => leveectl apply --alert a => leveectl: unknown option "--alert" => usage: leveectl apply [--alert-only] FILE
2 => leveectl show tables => leveectl: unknown subject "tables" => usage: leveectl show [policy|rules|workloads|models|feeds] [--json]
2 => leveectl status now => leveectl: unexpected word "now" => usage: leveectl status [--json]
2 => leveectl audits --since => leveectl: a time is missing after "--since" => usage: leveectl audits [--since TIME] [--json]
2 => leveectl audits --since yesterday => leveectl: bad time, expected as 2026-01-31T12:00:00Z, @SECONDS or 10min, "yesterday" => usage: leveectl audits [--since TIME] [--json]
2 => leveectl explain /a => ~a word is missing
2 => leveectl explain /a frob tcp 1 => ~unknown act "frob"
2 => leveectl explain /a connect tpc 1.2.3.4:5 => ~unknown protocol "tpc"
2 => leveectl explain /a connect tcp 1.2.3.4 => ~the port is missing "1.2.3.4"
2 => leveectl explain /a connect icmp 1.2.3.4:80 => ~the protocol has no ports "1.2.3.4:80"
2 => leveectl explain /a connect tcp '[::1:80' => ~bad address, expected ADDR or ADDR:PORT, IPv6 with a port in brackets, "[::1:80"
2 => leveectl explain /a listen tcp 65536 => ~bad port "65536"
2 => leveectl explain /a listen icmp 1 => ~no protocol with ports "icmp"
2 => leveectl explain /a raw inet => ~a protocol is missing after "inet"
2 => leveectl explain /a dns => ~dns needs NAME [TYPE]
2 => leveectl explain /a dns a.example A b => ~unexpected word "b"
2 => leveectl explain /a dns a.example AAAAA => ~unknown type, expected as AAAA or TYPE28, "AAAAA"
2 => leveectl explain /a dns a.example TYPE65536 => ~unknown type
2 => leveectl explain /a dns https://a.example/ => ~a URL, expected the domain name in it alone, as example.com, "https://a.example/"
2 => leveectl explain /a dns a..example => ~empty label, expected a domain name as example.com, "a..example"
2 => leveectl explain /a dns 192.0.2.1 => ~an address, expected a domain name as example.com, "192.0.2.1"
2 => leveectl feed => leveectl: a word is missing => usage: leveectl feed load [--lenient] NAME FILE | unload NAME | list [--json]
2 => leveectl feed frob => ~unknown word "frob"
2 => leveectl feed load a => ~a word is missing
2 => leveectl feed load a b c => ~unexpected word "c"
2 => leveectl feed load --strict a b => ~unknown option "--strict"
2 => leveectl feed load "" b => ~bad name, expected 1 to 63 bytes of printable text, ""
2 => leveectl feed load "$(printf '%064d' 0)" b => ~bad name, expected 1 to 63 bytes
2 => leveectl feed load $'a\nb' c => ~a control character in the name
2 => leveectl feed unload => ~a word is missing
2 => leveectl feed list all => ~unexpected word "all"
2 => leveectl explain /a raw pigeon 1 => ~unknown socket family "pigeon"
2 => leveectl bind /a => leveectl: a label is missing, --container or --image => usage: leveectl bind CGROUP [--container NAME] [--image IMAGE]
2 => leveectl bind --container web => ~a word is missing
2 => leveectl bind /a b --container web => ~unexpected word "b"
2 => leveectl bind /a --image => ~a label is missing after "--image"
2 => leveectl bind /a --container "" => ~the label of --container is empty, expected 1 to 255 printable bytes, ""
2 => leveectl bind /a --image "$(printf '%0256d' 0)" => ~the label of --image is too long
2 => leveectl bind /a --image $'a\nb' => ~the label of --image has a control character or is no UTF-8, expected 1 to 255 printable bytes, "a\x0ab"
2 => leveectl bind /a --image=$'\xff' => ~has a control character or is no UTF-8
2 => leveectl unbind => leveectl: a word is missing => usage: leveectl unbind CGROUP
2 => leveectl unbind /a --all => ~unknown option "--all"

# Exit status 1: refused, in words.
1 => rule 'foo: bar' | leveectl apply - => ~unknown key "foo"
1 => leveectl release relative/path => leveectl: bad cgroup "relative/path", expected a path from the cgroup root as /machine.slice/NAME, or below its mount
1 => leveectl bind a --image b => ~bad cgroup "a", expected a path from the cgroup root
1 => leveectl unbind ../a => ~bad cgroup "../a", expected a path from the cgroup root
1 => leveectl release /a/../b => leveectl: bad cgroup "/a/../b", expected a path from the cgroup root as /machine.slice/NAME, or below its mount

# Help and version.
0 => leveectl --help | grep -cE '^leveectl (check|apply|show|status|flush|explain|monitor|audits|incidents|bind|unbind|release|model|feed|stats|doctor)' => out:16
0 => leveectl --version | grep -qE '^leveectl [0-9]'
0 => leveectl version | grep -qE '^leveectl [0-9]'
0 => leveectl --help | grep -qE 'seal|oci-hook|metrics' && exit 1 || exit 0
1 => rule 'model: off' >p; leveectl check p >/dev/full => leveectl: standard output: No space left on device

# doctor looks for every option that the build asks for.
0 => for option in $(grep -o '^CONFIG_[A-Z0-9_]*' "$here/../../levee.config"); do grep -q "\"$option\"" "$here/../../tools/cmd_doctor.c" || echo "$option" >&2; done
