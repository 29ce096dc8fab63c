/// Lets other tests of the process go on now and then, for a loop that computes for long: Swift's pool has a thread a core.
///
/// ```swift
/// var breather = Breather()
/// for input in FuzzInputs(of: [good]) {
///     await breather.pass()
/// ```
package struct Breather: Sendable {
    private var count = 0

    /// Begins to count.
    package init() {}

    /// Counts a turn of the loop, and stands back after some.
    package mutating func pass() async {
        count += 1
        if count.isMultiple(of: 128) { await Task.yield() }
    }
}
