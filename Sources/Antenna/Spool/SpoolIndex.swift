import DequeModule
import Pipeline

/// The spool's entries, oldest first, and whether more fits.
///
/// Pure: no file is touched here.
struct SpoolIndex {
    /// A waiting result, by the number that names its file.
    struct Item: Sendable, Hashable {
        let number: UInt64
        let key: TaskKey
        let bytes: Int
        /// Whether it is for the server this worker talks to.
        let isOurs: Bool
    }

    let maximumBytes: Int
    let maximumEntries: Int
    private(set) var bytes = 0
    /// The bytes set aside: they take room, too.
    private var aside = (entries: 0, bytes: 0)
    private var order: Deque<UInt64> = []
    private var items: [UInt64: Item] = [:]
    private var keys: [TaskKey: Int] = [:]
    private var reservedEntries = 0
    private var nextNumber: UInt64 = 1

    init(maximumBytes: Int, maximumEntries: Int) {
        self.maximumBytes = max(1, maximumBytes)
        self.maximumEntries = max(1, maximumEntries)
    }

    var count: Int { items.count }
    /// Places in the order, those of entries that are gone included.
    var places: Int { order.count }
    /// Results for other servers, which wait until a worker for that server comes.
    var foreignCount: Int { items.values.count { !$0.isOurs } }
    var isFull: Bool { allBytes >= maximumBytes || allEntries >= maximumEntries }
    /// Bytes that wait, and those that were set aside.
    private var allBytes: Int { bytes + aside.bytes }
    private var allEntries: Int { items.count + reservedEntries + aside.entries }

    /// Whether a result of this task waits to be posted by us.
    func holds(_ key: TaskKey) -> Bool { keys[key] != nil }

    mutating func makeNumber() -> UInt64 {
        defer { nextNumber += 1 }
        return nextNumber
    }

    /// Keeps room for an entry that is about to be written; nil when there is none.
    ///
    /// One that is larger than the whole spool fits when the spool is empty.
    mutating func reserve(_ size: Int) -> UInt64? {
        guard !isFull, allBytes + size <= maximumBytes || allBytes == 0 else { return nil }
        bytes += size
        reservedEntries += 1
        return makeNumber()
    }

    /// Gives back the room of an entry that could not be written.
    mutating func cancelReservation(_ size: Int) {
        bytes -= size
        reservedEntries -= 1
    }

    /// Adds an entry whose room was reserved.
    mutating func commit(_ item: Item) {
        reservedEntries -= 1
        insert(item)
    }

    /// Adds an entry that was found on disk, even above the limit.
    mutating func adopt(_ item: Item) {
        bytes += item.bytes
        insert(item)
    }

    /// Notes what lies in the folders for what was set aside.
    mutating func noteAside(entries: Int, bytes: Int) {
        aside = (entries, bytes)
    }

    /// Whether a result that never waited may be set aside: never in the half that is for those that wait.
    func hasRoomAside(for size: Int) -> Bool {
        !isFull && aside.bytes + size <= maximumBytes / 2 && aside.entries < max(1, maximumEntries / 2)
    }

    /// Notes a result that was set aside without having waited.
    mutating func addAside(_ size: Int) {
        aside.entries += 1
        aside.bytes += size
    }

    /// Notes that a result waits no longer and lies in one of the folders.
    mutating func setAside(_ number: UInt64) {
        if let item = remove(number) { addAside(item.bytes) }
    }

    @discardableResult
    mutating func remove(_ number: UInt64) -> Item? {
        guard let item = items.removeValue(forKey: number) else { return nil }
        bytes -= item.bytes
        if item.isOurs {
            let left = (keys[item.key] ?? 1) - 1
            keys[item.key] = left > 0 ? left : nil
        }
        while let first = order.first, items[first] == nil { order.removeFirst() }
        // Entries for another server may stay at the front for ever.
        if order.count > 2 * items.count + 64 { order.removeAll { items[$0] == nil } }
        return item
    }

    /// The oldest entries for our server, those of some jobs left out.
    ///
    /// - Parameters:
    ///   - count: The most that are wanted.
    ///   - jobs: Those jobs.
    ///   - numbers: Further entries that are left out.
    ///   - passed: An entry that has its next turn after those behind it.
    /// - Returns: The entries, in their order.
    func oldest(
        _ count: Int,
        skipping jobs: Set<Int> = [],
        except numbers: Set<UInt64> = [],
        behind passed: UInt64? = nil
    ) -> [Item] {
        func first(from start: Int) -> [Item] {
            var found: [Item] = []
            for number in order[start...] {
                guard found.count < count else { break }
                guard let item = items[number], item.isOurs, !numbers.contains(number) else { continue }
                if let jobID = item.key.jobID, jobs.contains(jobID) { continue }
                found.append(item)
            }
            return found
        }
        if let passed, let next = order.firstIndex(where: { $0 > passed }) {
            let behind = first(from: next)
            if !behind.isEmpty { return behind }
        }
        return first(from: 0)
    }

    private mutating func insert(_ item: Item) {
        items[item.number] = item
        order.append(item.number)
        if item.isOurs { keys[item.key, default: 0] += 1 }
    }
}
