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

func currentThreadName() -> String {
    let name = FileManager.default.contents(atPath: "/proc/thread-self/comm") ?? Data()
    return String(decoding: name, as: UTF8.self).trimmingCharacters(in: .newlines)
}

func currentThreadIdentity() -> UInt {
    UInt(pthread_self())
}
