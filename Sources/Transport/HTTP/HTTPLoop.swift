internal import CCurl
internal import Concurrency
import Telemetry

/// The transfers of one client: lives on the client's thread, from its first to its last instruction.
final class HTTPLoop {
    private let configuration: HTTPClient.Configuration
    private let multi: MultiHandle
    private let mailbox: Mailbox<HTTPCommand>
    /// Lets connections resume each other's TLS sessions.
    ///
    /// Needs no locks: one thread uses it.
    private let share: UnsafeMutableRawPointer?
    private var queue: TransferQueue<HTTPJob.ID>
    private var waiting: [HTTPJob.ID: HTTPJob] = [:]
    private var running: [HTTPJob.ID: HTTPTransfer] = [:]
    private var idOfHandle: [UnsafeMutableRawPointer: HTTPJob.ID] = [:]

    init(_ configuration: HTTPClient.Configuration, multi: MultiHandle, mailbox: Mailbox<HTTPCommand>) {
        self.configuration = configuration
        self.multi = multi
        self.mailbox = mailbox
        queue = TransferQueue(
            perOrigin: configuration.maximumConnectionsPerHost,
            total: configuration.maximumConnections
        )
        share = curl_share_init()
        if let share { antenna_curl_share(share, CURL_LOCK_DATA_SSL_SESSION) }
        antenna_curl_multi_set_long(multi.pointer, CURLMOPT_MAXCONNECTS, configuration.maximumIdleConnections)
        antenna_curl_multi_set_long(multi.pointer, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
    }

    /// Runs until the mailbox is closed, then fails what is left and frees everything.
    func run() {
        while true {
            let (commands, isOpen) = mailbox.take()
            for command in commands { handle(command) }
            guard isOpen else { break }
            startAdmitted()
            guard perform() else { break }
            giveUpOverdue()
            guard curl_multi_poll(multi.pointer, nil, 0, pollTimeout(), nil) == CURLM_OK else { break }
        }
        // Not only when asked to: libcurl's multi handle itself can fail, and then nobody may be left hanging.
        mailbox.close()
        for command in mailbox.take().commands { handle(command) }
        for id in Array(running.keys) + Array(waiting.keys) { abort(id, TransportError.shutDown) }
        multi.free()
        if let share { curl_share_cleanup(share) }
    }

    private func handle(_ command: HTTPCommand) {
        switch command {
        case .start(let job):
            waiting[job.id] = job
            queue.enqueue(job.id, origin: job.hop.url.origin, lane: job.lane)
        case .cancel(let id):
            abort(id, TransportError.cancelled)
        }
    }

    /// Starts what the limits allow, until nothing more may start.
    private func startAdmitted() {
        var admitted = queue.admit()
        while !admitted.isEmpty {
            for id in admitted { start(id) }
            // A transfer that could not even be set up gives its place back.
            admitted = queue.admit()
        }
    }

    private func start(_ id: HTTPJob.ID) {
        guard let job = waiting.removeValue(forKey: id) else { return }
        do throws(TransportError) {
            let transfer = try HTTPTransfer(job, configuration: configuration, share: share, now: .now)
            let code = curl_multi_add_handle(multi.pointer, transfer.easy)
            guard code == CURLM_OK else {
                throw TransportError(
                    .internal,
                    operation: job.hop.operation,
                    message: "libcurl did not take the transfer: \(String(cString: curl_multi_strerror(code)))",
                    nativeCode: code.rawValue
                )
            }
            running[id] = transfer
            idOfHandle[transfer.easy] = id
        } catch {
            queue.remove(id)
            job.completion.resume(returning: .failure(error))
        }
    }

    /// Moves all transfers on and hands over those that ended.
    private func perform() -> Bool {
        var stillRunning: Int32 = 0
        for transfer in running.values { transfer.beginTurn() }
        guard curl_multi_perform(multi.pointer, &stillRunning) == CURLM_OK else { return false }
        var ended = false
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi.pointer, &left)?.pointee {
            guard message.msg == CURLMSG_DONE, let easy = message.easy_handle, let id = idOfHandle[easy],
                let transfer = remove(id)
            else { continue }
            transfer.job.completion.resume(returning: transfer.outcome(message.data.result))
            ended = true
        }
        if ended { startAdmitted() }
        return true
    }

    private func abort(_ id: HTTPJob.ID, _ error: (OperationName) -> TransportError) {
        if let transfer = remove(id) {
            transfer.job.completion.resume(returning: .failure(error(transfer.job.hop.operation)))
        } else if let job = waiting.removeValue(forKey: id) {
            queue.remove(id)
            job.completion.resume(returning: .failure(error(job.hop.operation)))
        }
    }

    private func remove(_ id: HTTPJob.ID) -> HTTPTransfer? {
        guard let transfer = running.removeValue(forKey: id) else { return nil }
        idOfHandle[transfer.easy] = nil
        curl_multi_remove_handle(multi.pointer, transfer.easy)
        queue.remove(id)
        return transfer
    }

    /// Fails transfers whose time ran out while they waited for a free connection; libcurl watches the running ones.
    private func giveUpOverdue() {
        guard !waiting.isEmpty else { return }
        let now = ContinuousClock.now
        for job in waiting.values where job.deadline <= now {
            abort(job.id) { operation in
                TransportError(
                    .timedOut,
                    operation: operation,
                    message: "no connection was free within \(seconds(job.hop.policy.totalTimeout)) s"
                )
            }
        }
    }

    private func pollTimeout() -> Int32 {
        let longest: Int32 = 60_000
        guard let next = waiting.values.map(\.deadline).min() else { return longest }
        return min(longest, Int32(clamping: milliseconds(next - .now)))
    }
}

/// Whole milliseconds, rounded up and never negative.
func milliseconds(_ duration: Duration) -> Int {
    let (seconds, attoseconds) = duration.components
    guard seconds < 1 << 40 else { return 1 << 50 }
    return max(0, Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
}

/// A duration in seconds for messages: whole when it is, else with what digits it has.
func seconds(_ duration: Duration) -> String {
    let value = Double(milliseconds(duration)) / 1000
    return value == value.rounded() ? "\(Int(value))" : "\(value)"
}
