/// Names of folders for labels, which may be anything: a name of its own for each, also where large and small letters are one.
struct FolderNames: Sendable {
    private var names: [String: String] = [:]
    private var taken: Set<String> = []

    /// The name of a label's folder, and whether it is asked for the first time.
    mutating func name(of label: String) -> (name: String, isNew: Bool) {
        if let name = names[label] { return (name, false) }
        let wanted = label.fileName
        var name = wanted
        var number = 2
        while !taken.insert(name.lowercased()).inserted {
            name = "\(wanted)~\(number)"
            number += 1
        }
        names[label] = name
        return (name, true)
    }
}
