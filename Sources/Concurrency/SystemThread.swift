import Foundation

/// A thread of the system's own, for work that blocks.
///
/// Foundation's threads say nothing when there is none to be had, and what waits for them waits for ever.
package enum SystemThread {
    /// There is no thread to be had: too little memory for its stack, or too many threads.
    package struct Shortage: Error, Sendable, CustomStringConvertible {
        /// The system's error number.
        package let nativeCode: Int32

        /// A sentence for people.
        package var description: String { "no thread can be started: \(String(cString: strerror(nativeCode)))" }
    }

    /// Starts a thread.
    ///
    /// - Parameters:
    ///   - name: What it is called in a debugger; the kernel shows the first 15 bytes.
    ///   - stackBytes: The size of its stack.
    ///   - body: What it does; the thread ends with it.
    /// - Throws: ``Shortage``.
    package static func start(
        name: String,
        stackBytes: Int,
        _ body: @escaping @Sendable () -> Void
    ) throws(Shortage) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackBytes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let work = Unmanaged.passRetained(Work(name: name, body: body))
        var thread = pthread_t()
        let code = pthread_create(&thread, &attributes, runWork, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw Shortage(nativeCode: code)
        }
    }
}

/// The argument of a thread.
private final class Work: Sendable {
    private let name: String
    private let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }

    func run() {
        showName()
        body()
    }

    /// Names the calling thread; without it, it has the name of the thread that started it.
    private func showName() {
        let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = name.withCString { write(descriptor, $0, min(15, strlen($0))) }
        close(descriptor)
    }
}

// A C function pointer, hence a global function.
private func runWork(_ given: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let given else { return nil }
    let work = Unmanaged<Work>.fromOpaque(given).takeRetainedValue()
    work.run()
    return nil
}
