/// The members of an object in the order in which they were written, repeated ones included.
///
/// A member is looked for from the end: of two of one name the last one counts, as in Python and in browsers.
package struct JSONObject: Sendable {
    /// A member.
    package struct Member: Sendable {
        /// Its name.
        package let key: String
        /// The line that its name is on, from 1; 0 for what was not read.
        package let line: Int
        /// Its value.
        package let value: JSONValue
    }

    /// The members.
    package private(set) var members: [Member]

    init(members: [Member]) {
        self.members = members
    }

    /// Makes an object.
    package init(_ members: some Sequence<(String, JSONValue)>) {
        self.members = members.map { Member(key: $0.0, line: 0, value: $0.1) }
    }

    /// The members by their names, of two of one name the last.
    package var dictionary: [String: JSONValue] {
        Dictionary(members.lazy.map { ($0.key, $0.value) }) { _, last in last }
    }

    /// The last member of a name; setting it replaces all of that name, nil removes them.
    package subscript(key: String) -> JSONValue? {
        get { members.last { $0.key == key }?.value }
        set {
            members.removeAll { $0.key == key }
            if let newValue { members.append(Member(key: key, line: 0, value: newValue)) }
        }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Makes an object.
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}

extension JSONObject: Equatable {
    /// Whether both have the same members, in whatever order.
    package static func == (one: JSONObject, other: JSONObject) -> Bool { one.dictionary == other.dictionary }
}
