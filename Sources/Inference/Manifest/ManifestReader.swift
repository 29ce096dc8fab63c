import JSON

/// Takes values out of a JSON object one by one, and notes every mistake instead of stopping at the first.
///
/// A value that is missing or wrong reads as nil; whoever asked goes on, and the notes decide in the end.
struct ManifestReader: ~Copyable {
    final class Notes {
        /// The first hundred, and how many more there are.
        var mistakes: [String] { further > 0 ? first + ["and \(further) more"] : first }
        private var first: [String] = []
        private var further = 0
        private var algorithmKeys: Set<String> = []

        func add(_ mistake: String) {
            // A file that is something else entirely has more mistakes than anybody reads.
            if first.count < 100 { first.append(mistake) } else { further += 1 }
        }

        /// Notes a key that is empty or taken: Antenna finds an algorithm by its key, two with one key would be one.
        func declare(key: String, of place: String) {
            if key.isEmpty { add("\(place) is empty") }
            if !algorithmKeys.insert(key).inserted { add("\(place): two algorithms have the key \"\(key)\"") }
        }
    }

    let notes: Notes
    private let path: String
    private let line: Int
    private var members: [String: JSONValue] = [:]
    private var order: [String] = []

    /// Reads an object; `path` names it in the notes, as in `detector.input`.
    init?(_ tree: JSONValue, path: String, notes: Notes) {
        guard let object = tree.object else {
            notes.add("line \(tree.line): \(path.isEmpty ? "the file" : path) is \(tree.kind), not an object")
            return nil
        }
        self.notes = notes
        self.path = path
        line = tree.line
        for member in object.members {
            if members.updateValue(member.value, forKey: member.key) == nil {
                order.append(member.key)
            } else {
                notes.add("line \(member.line): \(name(member.key)) is declared twice")
            }
        }
    }

    /// Notes every key that nobody asked for.
    consuming func finish() {
        for key in order {
            if let value = members[key] { notes.add("line \(value.line): \(name(key)) is not known here") }
        }
    }

    func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The place of a file that the manifest names, from the pipeline's folder; nil, and noted, when that is not within the folder of all
    /// pipelines.
    ///
    /// One level up is where pipelines keep what they share; further up is nothing of theirs.
    func path(_ file: String, of key: String, in directory: String) -> String? {
        var depth = 1
        for name in file.split(separator: "/") where name != "." {
            depth += name == ".." ? -1 : 1
            if depth < 0 { break }
        }
        guard depth >= 0, !file.hasPrefix("/"), !file.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            note(key, "names \(file), which leads out of the folder of the pipelines")
            return nil
        }
        return "\(directory)/\(file)"
    }

    func has(_ key: String) -> Bool { members[key] != nil }

    /// Notes a mistake about `key`.
    func note(_ key: String, _ mistake: String) {
        notes.add("\(name(key)) \(mistake)")
    }

    /// Takes a value; null counts as not there.
    mutating func take(_ key: String, required: Bool) -> JSONValue? {
        let value = members.removeValue(forKey: key)
        if let value, value.isNull {
            if required { notes.add("line \(value.line): \(name(key)) is null") }
            return nil
        }
        if value == nil, required { notes.add("line \(line): \(name(key)) is missing") }
        return value
    }

    mutating func string(_ key: String, required: Bool = false) -> String? {
        guard let tree = take(key, required: required) else { return nil }
        guard let text = tree.string else { return wrong(tree, key, "a string") }
        guard !required || text.contains(where: { !$0.isWhitespace }) else {
            notes.add("line \(tree.line): \(name(key)) is empty")
            return nil
        }
        return text
    }

    mutating func bool(_ key: String) -> Bool? {
        guard let tree = take(key, required: false) else { return nil }
        guard let value = tree.bool else { return wrong(tree, key, "true or false") }
        return value
    }

    mutating func number(_ key: String, in range: ClosedRange<Double>, required: Bool = false) -> Double? {
        guard let tree = take(key, required: required) else { return nil }
        return number(tree, key, in: range)
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int>, required: Bool = false) -> Int? {
        guard let tree = take(key, required: required) else { return nil }
        return integer(tree, key, in: range)
    }

    mutating func integers(_ key: String, count: Int, in range: ClosedRange<Int>) -> [Int]? {
        guard let tree = take(key, required: true), let items = array(tree, key, count: count) else { return nil }
        let values = items.compactMap { integer($0, key, in: range) }
        return values.count == count ? values : nil
    }

    mutating func numbers(_ key: String, count: Int, in range: ClosedRange<Double>) -> [Double]? {
        guard let tree = take(key, required: false), let items = array(tree, key, count: count) else { return nil }
        let values = items.compactMap { number($0, key, in: range) }
        return values.count == count ? values : nil
    }

    mutating func strings(_ key: String, required: Bool = false) -> [String]? {
        guard let tree = take(key, required: required), let items = array(tree, key, count: nil) else { return nil }
        var texts: [String] = []
        for item in items {
            guard let text = item.string else { return wrong(item, key, "a list of strings") }
            texts.append(text)
        }
        return texts
    }

    private func array(_ tree: JSONValue, _ key: String, count: Int?) -> [JSONValue]? {
        let wanted = count.map { "an array of \($0)" } ?? "an array"
        guard let items = tree.elements else { return wrong(tree, key, wanted) }
        guard let count, items.count != count else { return items }
        notes.add("line \(tree.line): \(name(key)) has \(items.count) values, not \(count)")
        return nil
    }

    private func number(_ tree: JSONValue, _ key: String, in range: ClosedRange<Double>) -> Double? {
        guard let value = tree.double else { return wrong(tree, key, "a number") }
        return range.contains(value)
            ? value : outside(tree, key, "\(value)", "\(range.lowerBound) to \(range.upperBound)")
    }

    private func integer(_ tree: JSONValue, _ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let whole = tree.int else {
            return wrong(tree, key, "a whole number")
        }
        return range.contains(whole)
            ? whole : outside(tree, key, "\(whole)", "\(range.lowerBound) to \(range.upperBound)")
    }

    private func wrong<Value>(_ tree: JSONValue, _ key: String, _ wanted: String) -> Value? {
        notes.add("line \(tree.line): \(name(key)) is \(tree.kind), not \(wanted)")
        return nil
    }

    private func outside<Value>(_ tree: JSONValue, _ key: String, _ value: String, _ range: String) -> Value? {
        notes.add("line \(tree.line): \(name(key)) is \(value), outside \(range)")
        return nil
    }
}
