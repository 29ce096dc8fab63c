import COnnxRuntime

/// The one owner of the values of a run, freed together.
final class ValueList {
    private let table: OrtTable
    private let places: UnsafeMutablePointer<OpaquePointer?>
    private let capacity: Int
    private var count = 0

    init(table: OrtTable, capacity: Int) {
        self.table = table
        self.capacity = capacity
        places = .allocate(capacity: max(1, capacity))
        places.initialize(repeating: nil, count: max(1, capacity))
    }

    deinit {
        for index in 0..<capacity {
            table.api.ReleaseValue(places[index])
        }
        places.deallocate()
    }

    func append(_ value: OpaquePointer) {
        places[count] = value
        count += 1
    }

    /// A value; nil where there is none.
    subscript(index: Int) -> OpaquePointer? { index < capacity ? places[index] : nil }

    /// Lends the places for ONNX Runtime to fill.
    func withPlaces<Result>(_ body: (UnsafeMutablePointer<OpaquePointer?>) -> Result) -> Result {
        body(places)
    }

    /// Lends the values; every place up to the count has one.
    func withValues<Result>(_ body: (UnsafePointer<OpaquePointer>) -> Result) -> Result {
        let filled = max(1, count)
        return places.withMemoryRebound(to: OpaquePointer.self, capacity: filled) { body(UnsafePointer($0)) }
    }
}
