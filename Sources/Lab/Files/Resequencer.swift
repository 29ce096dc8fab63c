/// Hands elements on in the order of their positions, whatever order they come in.
struct Resequencer<Element> {
    /// The position that is waited for.
    private(set) var next = 0
    private var early: [Int: Element] = [:]

    /// Whether the element of a position may be added now, when no more than so many are to wait for their turn.
    func hasRoom(for position: Int, mostWaiting: Int) -> Bool { position - next <= mostWaiting }

    /// Takes in the element of a position, once for each.
    ///
    /// - Returns: What follows on all that was handed on before, in order.
    mutating func add(_ element: Element, at position: Int) -> [Element] {
        early[position] = element
        var ready: [Element] = []
        while let element = early.removeValue(forKey: next) {
            ready.append(element)
            next += 1
        }
        return ready
    }

    /// Ends the order.
    ///
    /// - Returns: What waits for something that never came, in order.
    mutating func finish() -> [Element] {
        defer { early.removeAll() }
        return early.sorted { $0.key < $1.key }.map(\.value)
    }
}

extension Resequencer: Sendable where Element: Sendable {}
