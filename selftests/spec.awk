# SPDX-License-Identifier: GPL-2.0-only
#
# Prints the names and values that a netlink spec defines, one "NAME VALUE" a
# line as its UAPI header must have them; a member of a named enum has "enum
# TAG" in front. With -v refs=1 it prints instead each name that the spec uses
# but does not define.
#
# It reads the part of YAML that our spec is written in: maps and sequences by
# indentation, flow sequences, folded scalars, anchors and aliases.

function fail(text) {
	print FILENAME ":" FNR ": " text > "/dev/stderr"
	failed = 1
	exit 1
}

function strip(text) {
	sub(/^[ \t]+/, "", text)
	sub(/[ \t]+$/, "", text)
	return text
}

# Flattens the document: value["list.2.name"] = "stats-get".
function put(path, text) {
	value[path] = text
	order[++paths] = path
}

# The path of what stands at the top of the stack.
function here(	i, path) {
	for (i = 1; i <= depth; i++)
		path = path (i > 1 ? "." : "") part[i]
	return path
}

function push(at, name) {
	indent[++depth] = at
	part[depth] = name
}

# Leaves what is indented deeper; an item of a sequence may stand as deep as
# the key that the sequence belongs to.
function leave(at, item) {
	while (depth && (indent[depth] > at ||
			 (indent[depth] == at && (!item || isitem[depth]))))
		isitem[depth--] = 0
}

function flow(path, text,	n, list, i) {
	gsub(/[][]/, "", text)
	n = split(text, list, ",")
	for (i = 1; i <= n; i++)
		put(path "." i - 1, strip(list[i]))
}

function flow_map(path, text,	n, list, i, pair) {
	gsub(/[{}]/, "", text)
	n = split(text, list, ",")
	for (i = 1; i <= n; i++) {
		split(list[i], pair, ":")
		put(path "." strip(pair[1]), strip(pair[2]))
	}
}

function scalar(path, text) {
	if (sub(/^&/, "", text)) {
		anchor[text] = path
		return
	}
	if (text ~ /^\[.*[^]]$/)
		fail("a flow sequence must end on its line")
	if (text ~ /^\[/)
		flow(path, text)
	else if (text ~ /^\{/)
		flow_map(path, text)
	else if (text ~ /^[>|]/)
		folded = 1
	else
		put(path, text)
}

folded && (/^[ \t]*$/ || match($0, /^ */) && RLENGTH > indent[depth]) {
	next
}
{
	folded = 0
}
/^[ \t]*(#.*)?$/ {
	next
}
/\t/ {
	fail("a tab")
}
{
	match($0, /^ */)
	at = RLENGTH
	text = strip($0)
	if (text == "-" || text ~ /^- /) {
		leave(at, 1)
		name = here()
		push(at, count[name]++)
		isitem[depth] = 1
		text = strip(substr(text, 2))
		at += 2
		if (text == "")
			next
		if (text !~ /^[a-z-]+:( |$)/) {
			put(here(), text)
			next
		}
	}
	if (text !~ /^[a-z-]+:( |$)/)
		fail("not understood: " text)
	leave(at, 0)
	name = text
	sub(/:.*/, "", name)
	sub(/^[^:]*:/, "", text)
	push(at, name)
	if (strip(text) != "")
		scalar(here(), strip(text))
}

function constant(name) {
	name = toupper(name)
	gsub(/-/, "_", name)
	return name
}

function emit(tag, name, number) {
	printf "%s%s %s\n", tag ? "enum " tag " " : "", constant(name), number
}

# The name of entry i of a sequence, written as a scalar or as a map.
function entry(path, i) {
	return (path "." i) in value ? value[path "." i] : value[path "." i ".name"]
}

function definitions(family,	i, j, at, type, tag, number, given) {
	for (i = 0; ("definitions." i ".name") in value; i++) {
		at = "definitions." i
		type = value[at ".type"]
		if (type == "const") {
			emit("", family "-" value[at ".name"], value[at ".value"])
			continue
		}
		tag = family "-" value[at ".name"]
		number = 0
		for (j = 0; entry(at ".entries", j) != ""; j++) {
			given = at ".entries." j ".value"
			if (given in value)
				number = value[given]
			emit(constant_tag(tag), tag "-" entry(at ".entries", j),
			     type == "flags" ? 2 ^ number : number)
			number++
		}
	}
}

function constant_tag(tag) {
	gsub(/-/, "_", tag)
	return tag
}

# A list of attributes or commands, from 1, and the two names at its end.
function numbered(at, prefix,	i, number) {
	for (i = 0; (at "." i ".name") in value; i++) {
		number = (at "." i ".value") in value ? value[at "." i ".value"] : number + 1
		emit("", prefix value[at "." i ".name"], number)
	}
	emit("", "--" prefix "max", number + 1)
	emit("", prefix "max", number)
}

function values(	family, i, name) {
	family = value["name"]
	emit("", family "-family-name", "\"" family "\"")
	emit("", family "-family-version", value["version"])
	definitions(family)
	for (i = 0; ("attribute-sets." i ".name") in value; i++)
		numbered("attribute-sets." i ".attributes",
			 value["attribute-sets." i ".name-prefix"])
	numbered("operations.list", value["operations.name-prefix"])
	for (i = 0; ("mcast-groups.list." i ".name") in value; i++) {
		name = value["mcast-groups.list." i ".name"]
		emit("", family "-mcgrp-" name, "\"" name "\"")
	}
}

function need(set, name, path) {
	if (!((set, name) in defined))
		print path ": " name " is no " set
}

function define(set, at,	i) {
	for (i = 0; (at "." i ".name") in value; i++)
		defined[set, value[at "." i ".name"]] = 1
}

function references(	i, path, set, leaf, op) {
	define("definition", "definitions")
	define("attribute set", "attribute-sets")
	define("operation", "operations.list")
	define("multicast group", "mcast-groups.list")
	for (i = 0; ("attribute-sets." i ".name") in value; i++)
		define("attribute of " value["attribute-sets." i ".name"],
		       "attribute-sets." i ".attributes")
	for (i = 1; i <= paths; i++) {
		path = order[i]
		leaf = path
		sub(/.*\./, "", leaf)
		set = ""
		if (path ~ /^operations\.list\.[0-9]+\./) {
			op = path
			sub(/^operations\.list\./, "", op)
			sub(/\..*/, "", op)
			set = "attribute of " value["operations.list." op ".attribute-set"]
		}
		if (value[path] ~ /^\*/) {
			if (!(substr(value[path], 2) in anchor))
				print path ": no anchor " value[path]
		} else if (leaf == "enum")
			need("definition", value[path], path)
		else if (path ~ /\.checks\./ && value[path] !~ /^-?[0-9]+$/)
			need("definition", value[path], path)
		else if (leaf == "nested-attributes" || leaf == "attribute-set")
			need("attribute set", value[path], path)
		else if (leaf == "notify")
			need("operation", value[path], path)
		else if (leaf == "mcgrp")
			need("multicast group", value[path], path)
		else if (set != "" && path ~ /\.attributes\.[0-9]+$/)
			need(set, value[path], path)
	}
}

END {
	if (failed)
		exit 1
	if (!paths) {
		print FILENAME ": nothing in it" > "/dev/stderr"
		exit 1
	}
	if (refs)
		references()
	else
		values()
}
