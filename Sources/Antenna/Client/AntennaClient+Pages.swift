import Telemetry
import Transport

extension AntennaClient {
    /// More pages than any list has: ends a `next` that never ends.
    private static let mostPages = 100
    /// The most elements asked for with one call once the server has said how many there are.
    private static let largestPage = 2_000
    /// More elements are not asked for.
    private static let mostElements = 10_000

    /// All elements of a list, page by page; those that cannot be read are left out.
    ///
    /// Own offsets are used instead of the server's `next`, which may point at an inner host name: the token stays with its
    /// server.
    ///
    /// - Parameters:
    ///   - type: The elements.
    ///   - limit: Elements of the first page.
    ///   - isShuffled: Whether every call sees another order: then a list that is longer than its first page is asked for again
    ///     as a whole.
    ///   - operation: Names the call in errors.
    ///   - url: The address of a page.
    /// - Returns: The elements in the server's order; with a shuffled list some may be repeated.
    /// - Throws: ``AntennaError``.
    func pages<Item: AntennaWire.Element>(
        of type: Item.Type,
        limit: Int,
        isShuffled: Bool = false,
        operation: OperationName,
        url: (_ limit: Int, _ offset: Int) -> String
    ) async throws(AntennaError) -> [Item] {
        var found: [Item] = []
        var limit = limit
        var offset = 0
        for number in 0..<Self.mostPages {
            let answer = try await call(.get, url(limit, offset), operation: operation)
            guard let page = AntennaWire.read(list: "results", of: type, from: answer.body, isBareTaken: true) else {
                throw malformed(answer, operation)
            }
            // One element may be spoilt; where all are, it is the list of something else.
            guard page.elements.isEmpty || page.elements.contains(where: { $0 != nil }) else {
                throw malformed(answer, operation)
            }
            found += page.elements.compactMap { $0 }
            guard page.hasNext, !page.elements.isEmpty, found.count < Self.mostElements else { break }
            if isShuffled, number == 0, let count = page.count, count > limit {
                limit = min(count, Self.largestPage)
            } else {
                offset += page.elements.count
            }
        }
        return found
    }
}
