/// C strings that stay where they are, for calls that take arrays of names.
struct CStringTable: ~Copyable {
    private let bytes: UnsafeMutablePointer<CChar>
    private let starts: UnsafeMutablePointer<UnsafePointer<CChar>>

    init(_ strings: [String]) {
        bytes = .allocate(capacity: max(1, strings.reduce(0) { $0 + $1.utf8.count + 1 }))
        starts = .allocate(capacity: max(1, strings.count))
        var next = bytes
        for (index, string) in strings.enumerated() {
            starts[index] = UnsafePointer(next)
            for byte in string.utf8 {
                next.pointee = CChar(bitPattern: byte)
                next += 1
            }
            next.pointee = 0
            next += 1
        }
    }

    deinit {
        bytes.deallocate()
        starts.deallocate()
    }

    /// Lends the array of strings.
    borrowing func withPointer<Result>(_ body: (UnsafePointer<UnsafePointer<CChar>>) -> Result) -> Result {
        body(UnsafePointer(starts))
    }
}
