# Reads a coverage profile of Go: lines of "file:range statements count" (go tool cover).
# Prints the share of covered statements of each package of internal/ and of all together,
# and fails when that is below min.
/\/internal\// {
	split($1, at, ":")
	n[at[1]] += $2
	all += $2
	if ($3 > 0) {
		hit[at[1]] += $2
		good += $2
	}
}
END {
	for (f in n) {
		dir = f
		sub(/\/[^\/]*$/, "", dir)
		sub(/.*\/internal\//, "internal/", dir)
		statements[dir] += n[f]
		covered[dir] += hit[f]
	}
	for (d in statements) printf "  %5.1f %%  %s\n", 100 * covered[d] / statements[d], d | "sort -k3"
	close("sort -k3")
	if (all == 0) {
		print "no coverage of internal/"
		exit 1
	}
	p = 100 * good / all
	printf "  %5.1f %%  internal/, at least %d %% asked\n", p, min
	exit p < min
}
