import JSON
import Telemetry
import Transport

extension AntennaClient {
    /// The statuses that say no although the whole POST was answered 200.
    private static let refusals: Set<String> = ["rejected", "refused", "error", "failed", "invalid"]

    /// Posts a result.
    ///
    /// The server has answered when this returns; saving comes later. A body that cannot be read after a 2xx counts as taken:
    /// the status line is what the server promises by, and posting again would only repeat the work. A web page is no answer of
    /// the server's, whatever its status.
    ///
    /// - Parameter result: The result.
    /// - Returns: Why the server does not take it although it answered well; nil when it has taken it.
    /// - Throws: ``AntennaError`` when there is no good answer.
    package func post(_ result: OutgoingResult) async throws(AntennaError) -> AntennaError? {
        try Self.check(result)
        let candidates = dialect.settled.map { [$0] } ?? dialect.candidates
        var firstError: AntennaError?
        for candidate in candidates {
            do throws(AntennaError) {
                let answer = try await post(result, in: candidate)
                // The first form being refused and the other taken is proof; the first one taken is none, an error page may answer 200.
                if firstError != nil { dialect.remember(candidate) }
                return Self.refusal(of: result, in: answer)
            } catch {
                // A refusal stands once the other form was refused, too; not where that form was only not heard.
                if let firstError { throw error.isRetriable ? error : firstError }
                // What is too large stays so in any form.
                guard error.code == .refused || error.code == .methodNotAllowed, error.status != 413 else {
                    throw error
                }
                firstError = error
            }
        }
        throw firstError ?? AntennaError(.configuration, operation: "result.post", message: "no dialect to speak")
    }

    /// Refuses what would not stay in its place in the body, wherever it comes from: the token goes with it.
    private static func check(_ result: OutgoingResult) throws(AntennaError) {
        do throws(JSONError) {
            try JSONValidator.checkObject(result.json)
        } catch {
            throw AntennaError(
                .refused,
                operation: "result.post",
                message: "the result of task \(result.taskID) is not posted: \(error)"
            )
        }
    }

    private func post(
        _ result: OutgoingResult,
        in dialect: AntennaDialect
    ) async throws(AntennaError) -> AntennaAnswer {
        let body = resultBody(result, in: dialect)
        return try await call(.post, address.result(job: result.jobID), body: body, operation: "result.post")
    }

    /// The body: an object with `results` today, a bare list before.
    ///
    /// The result's own JSON goes in as it is, and was proven to be one object.
    func resultBody(_ result: OutgoingResult, in dialect: AntennaDialect) -> [UInt8] {
        var writer = JSONWriter(capacity: result.json.count + result.replySubject.utf8.count + 320)
        switch dialect {
        case .legacy:
            Self.write(result, to: &writer)
        case .current:
            writer.object { writer in
                writer.key("results")
                Self.write(result, to: &writer)
                if let clientInfo {
                    writer.key("client_info")
                    clientInfo.write(to: &writer)
                }
            }
        }
        return writer.finish()
    }

    private static func write(_ result: OutgoingResult, to writer: inout JSONWriter) {
        writer.array { writer in
            writer.object { writer in
                writer.key("reply_subject")
                writer.string(result.replySubject)
                writer.key("result")
                writer.json(result.json)
            }
        }
    }

    private static func refusal(of result: OutgoingResult, in answer: AntennaAnswer) -> AntennaError? {
        let receipt = AntennaWire.read(list: "tasks", of: AntennaWire.TaskReceipt.self, from: answer.body)
        let status = receipt?.elements.lazy
            .compactMap { $0 }
            .last { $0.replySubject == result.replySubject && refusals.contains($0.status.lowercased()) }?
            .status
        return status.map {
            AntennaError(
                .refused,
                operation: "result.post",
                message: "the server answered the result with \($0)",
                nativeCode: 200
            )
        }
    }
}
