/// Finds the members and elements of a document from elsewhere by its quotes and brackets, without reading them.
///
/// So each can be read alone: one that is wrong, or that is a hundred thousand values, costs only itself.
package enum JSONOutline {
    /// No object of anybody's has more members.
    private static let mostMembers = 1_000

    /// The members of the object that a text is.
    ///
    /// - Parameter bytes: The text.
    /// - Returns: Where the value of each is, the last one of those of the same name; nil when the text is no object.
    package static func members(of bytes: [UInt8]) -> [String: Range<Int>]? {
        var scanner = JSONScanner(bytes)
        guard scanner.skipByteOrderMark(), scanner.take("{") else { return nil }
        var members: [String: Range<Int>] = [:]
        if !scanner.take("}") {
            repeat {
                guard let name = scanner.string(), scanner.take(":"), let value = scanner.value() else { return nil }
                guard members.count < mostMembers || members[name] != nil else { return nil }
                members[name] = value
            } while scanner.take(",")
            guard scanner.take("}") else { return nil }
        }
        return scanner.isAtEnd ? members : nil
    }

    /// The elements of a list in a text.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - range: Where the list is; the whole text when left out.
    ///   - limit: The most elements to tell.
    /// - Returns: Where the first ones are, and how many there are in all; nil when there is no list.
    package static func elements(
        of bytes: [UInt8],
        in range: Range<Int>? = nil,
        atMost limit: Int
    ) -> (first: [Range<Int>], count: Int)? {
        var scanner = JSONScanner(bytes, range)
        guard range != nil || scanner.skipByteOrderMark(), scanner.take("[") else { return nil }
        var first: [Range<Int>] = []
        var count = 0
        if !scanner.take("]") {
            repeat {
                guard let element = scanner.value() else { return nil }
                if count < limit { first.append(element) }
                count += 1
            } while scanner.take(",")
            guard scanner.take("]") else { return nil }
        }
        return scanner.isAtEnd ? (first, count) : nil
    }
}
