import Concurrency
import Pipeline

/// The tasks that are ours for now: reserved and not settled.
///
/// Pure: the time comes from outside.
struct LeaseTable {
    /// A task we hold.
    struct Held {
        /// The task, with the subject of its latest delivery.
        var task: ImageTask
        /// When the server will deliver it again.
        var deadline: Duration
        /// When somebody began with it; nil while it is queued.
        var handedOutAt: Duration?
    }

    private var held: [TaskKey: Held] = [:]
    private var queue = LaneQueue<TaskKey>()

    /// Tasks reserved and not settled, queued ones included.
    var outstanding: Int { held.count }
    /// Tasks that nobody has begun with.
    var queued: Int { queue.count }

    /// Whether a task is held.
    func holds(_ key: TaskKey) -> Bool { held[key] != nil }

    /// Adds a task at the end of its lane.
    ///
    /// - Returns: `false` when it is held already, because its lease ran out and the server delivered it again: it is not
    ///   queued twice, but answers under the new subject.
    mutating func admit(_ task: ImageTask, deadline: Duration) -> Bool {
        let key = TaskKey(task)
        if held[key] != nil {
            held[key]?.task.replySubject = task.replySubject
            held[key]?.deadline = deadline
            return false
        }
        held[key] = Held(task: task, deadline: deadline)
        queue.append(key, in: task.lane)
        return true
    }

    /// Takes the next task off the queue, and forgets those that can no longer be done within their lease.
    ///
    /// - Parameters:
    ///   - now: The current time.
    ///   - margin: How long a task takes from here.
    ///   - lane: Takes tasks of this lane only.
    /// - Returns: The task, nil when the queue is empty, and those forgotten on the way.
    mutating func take(now: Duration, margin: Duration, in lane: Lane? = nil) -> (taken: Held?, expired: [Held]) {
        var expired: [Held] = []
        while let key = queue.popFirst(in: lane) {
            guard var next = held[key] else { continue }
            if next.deadline - margin < now {
                held[key] = nil
                expired.append(next)
                continue
            }
            next.handedOutAt = now
            held[key] = next
            return (next, expired)
        }
        return (nil, expired)
    }

    /// The subject under which a task is to be answered: that of its latest delivery.
    func replySubject(of task: ImageTask) -> String {
        held[TaskKey(task)]?.task.replySubject ?? task.replySubject
    }

    /// Forgets a task that is done or given back; nil when it was not held.
    mutating func release(_ key: TaskKey) -> Held? {
        held.removeValue(forKey: key)
    }
}
