/// Guesses what a misspelt name was meant to be.
package enum Spelling {
    /// The nearest of `candidates`, or nil when none is near enough to be worth a guess.
    static func nearest(to name: String, among candidates: [String]) -> String? {
        // Nothing of ours is that long, and comparing takes its time.
        guard name.utf8.count <= 100 else { return nil }
        if let extended = extended(name, among: candidates) { return extended }
        let ranked = candidates.map { (name: $0, distance: distance($0.lowercased(), name.lowercased())) }
        guard let best = ranked.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
        return best.distance <= max(2, name.count / 3) ? best.name : nil
    }

    /// The one of `candidates` that has all words of a name in their order, and others; nil when there is none, or there are several.
    ///
    /// Who forgets a word is farther from the right name than from others.
    private static func extended(_ name: String, among candidates: [String]) -> String? {
        let words = words(of: name)
        let longer = candidates.filter { candidate in
            var rest = words[...]
            let others = self.words(of: candidate)
            for word in others where word == rest.first { rest.removeFirst() }
            return rest.isEmpty && others.count > words.count
        }
        guard let shortest = longer.map({ self.words(of: $0).count }).min() else { return nil }
        let nearest = longer.filter { self.words(of: $0).count == shortest }
        return nearest.count == 1 ? nearest[0] : nil
    }

    private static func words(of name: String) -> [Substring] {
        name.lowercased().split { $0 == "_" || $0 == "-" || $0 == "." }
    }

    /// " Did you mean …?" with a space before it, or nothing.
    package static func suggestion(for name: String, among candidates: [String]) -> String {
        nearest(to: name, among: candidates).map { "; did you mean \($0)?" } ?? ""
    }

    /// Levenshtein's distance: insertions, deletions and replacements that turn one text into the other.
    static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left), Array(right))
        var row = Array(0...right.count)
        for (i, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[right.count]
    }
}
