import Foundation
import Synchronization

/// Blocking calls at the same time, from code that blocks itself.
package enum SideBySide {
    private final class Answers<Answer: Sendable>: Sendable {
        let byIndex: Mutex<[Int: Answer]> = Mutex([:])
    }

    /// Calls a body for each element on a thread of its own, and waits for all; without a thread to be had, on the calling one.
    ///
    /// - Parameters:
    ///   - elements: A few; each but the first has a thread.
    ///   - name: What the threads are called in a debugger.
    ///   - stackBytes: The stack of each thread.
    ///   - body: What is called.
    /// - Returns: What the calls returned, in the order of the elements.
    package static func map<Element: Sendable, Answer: Sendable>(
        _ elements: [Element],
        name: String,
        stackBytes: Int = 1 << 20,
        _ body: @escaping @Sendable (Element) -> Answer
    ) -> [Answer] {
        let answers = Answers<Answer>()
        let group = DispatchGroup()
        for (index, element) in elements.enumerated().dropFirst() {
            let call = { @Sendable in
                let answer = body(element)
                answers.byIndex.withLock { $0[index] = answer }
                group.leave()
            }
            group.enter()
            do throws(SystemThread.Shortage) {
                try SystemThread.start(name: "\(name)-\(index)", stackBytes: stackBytes, call)
            } catch {
                call()
            }
        }
        if let first = elements.first {
            let answer = body(first)
            answers.byIndex.withLock { $0[0] = answer }
        }
        group.wait()
        return answers.byIndex.withLock { answers in elements.indices.compactMap { answers[$0] } }
    }
}
