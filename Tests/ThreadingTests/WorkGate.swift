import Foundation

/// A blocking call that waits on its thread until the test opens it.
final class WorkGate: Sendable {
    private let opened = DispatchSemaphore(value: 0)
    private let (entries, entered) = AsyncStream.makeStream(of: Void.self)

    func waitUntilOpen() {
        entered.yield()
        opened.wait()
    }

    func waitUntilEntered() async {
        var iterator = entries.makeAsyncIterator()
        await iterator.next()
    }

    func open() {
        opened.signal()
    }
}

func currentThreadIdentity() -> UInt {
    UInt(pthread_self())
}
