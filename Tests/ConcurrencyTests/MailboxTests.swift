import Concurrency
import Synchronization
import Testing

@Suite("A thread's mailbox")
struct MailboxTests {
    private final class Bell: Sendable {
        let rings = Atomic(0)
        var count: Int { rings.load(ordering: .relaxed) }
    }

    @Test("Commands are taken in the order in which they came, all at once")
    func order() {
        let mailbox = Mailbox<Int> {}
        #expect(!mailbox.hasNews)
        for number in 0..<3 { #expect(mailbox.post(number)) }
        #expect(mailbox.hasNews)
        let taken = mailbox.take()
        #expect(taken.commands == [0, 1, 2] && taken.isOpen)
        #expect(!mailbox.hasNews && mailbox.take().commands.isEmpty)
    }

    @Test("The thread is woken for the first command after every look, and not for each")
    func wakes() {
        let bell = Bell()
        let mailbox = Mailbox<Int> { bell.rings.add(1, ordering: .relaxed) }
        for number in 0..<100 { mailbox.post(number) }
        #expect(bell.count == 1)
        _ = mailbox.take()
        mailbox.post(100)
        #expect(bell.count == 2)
    }

    @Test("After the close nothing is taken in, what is there can be taken, and a second close rings no bell")
    func close() {
        let bell = Bell()
        let mailbox = Mailbox<Int> { bell.rings.add(1, ordering: .relaxed) }
        mailbox.post(1)
        mailbox.close()
        mailbox.close()
        #expect(bell.count == 2)
        #expect(!mailbox.post(2) && bell.count == 2)
        #expect(mailbox.hasNews)
        let taken = mailbox.take()
        #expect(taken.commands == [1] && !taken.isOpen)
        #expect(mailbox.hasNews, "the end stays news")
    }

    @Test("Of what many tasks post while it closes, all that was accepted is taken, and nothing else")
    func race() async {
        let mailbox = Mailbox<Int> {}
        let accepted = await withTaskGroup(of: Int.self) { group in
            for task in 0..<20 {
                group.addTask { (0..<200).reduce(0) { $0 + (mailbox.post(task * 200 + $1) ? 1 : 0) } }
            }
            group.addTask {
                mailbox.close()
                return 0
            }
            return await group.reduce(0, +)
        }
        let taken = mailbox.take()
        #expect(taken.commands.count == accepted && Set(taken.commands).count == accepted && !taken.isOpen)
    }
}
