/// What someone may have meant who wrote a name that there is not.
enum NearNames {
    /// At most three of `names`, nearest first: those that begin with `name` or have it in them, and those that differ in
    /// no more than two, or a third, of its letters.
    static func of(_ name: String, among names: [String]) -> [String] {
        let wanted = name.lowercased()
        let near = names.compactMap { each -> (name: String, distance: Int)? in
            let distance = distance(Array(wanted.utf8.prefix(64)), Array(each.lowercased().utf8))
            if distance <= max(2, wanted.utf8.count / 3) { return (each, distance) }
            return wanted.utf8.count > 2 && each.contains(wanted) ? (each, wanted.utf8.count) : nil
        }
        return near.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
    }

    /// How many letters must be put in, taken out or changed to make one of the other (Levenshtein).
    private static func distance(_ from: [UInt8], _ to: [UInt8]) -> Int {
        var row = Array(0...to.count)
        for (i, letter) in from.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in to.enumerated() {
                let changed = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(changed, row[j] + 1, diagonal + 1)
            }
        }
        return row[to.count]
    }
}
