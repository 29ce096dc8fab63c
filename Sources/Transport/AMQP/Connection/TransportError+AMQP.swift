import CRabbitMQ
import Foundation
import Telemetry

extension TransportError {
    /// The error for a reply code with which the broker closed a channel or a connection.
    ///
    /// Codes: https://www.rabbitmq.com/amqp-0-9-1-reference#constants
    static func amqp(replyCode: UInt16, reason: String, operation: OperationName) -> TransportError {
        let (code, isRetriable): (Code, Bool) =
            switch replyCode {
            case 406 where brokerLimit(in: reason) != nil: (.tooLarge, false)
            case 320: (.closed, true)
            case 311: (.tooLarge, false)
            case 403: (.accessRefused, false)
            // A queue or exchange that is missing now may exist later, but only if somebody makes it.
            case 404: (.notFound, false)
            case 405: (.unavailable, true)
            case 406: (.preconditionFailed, false)
            case 501, 502, 503, 504, 505: (.protocolViolation, false)
            case 506: (.outOfMemory, true)
            case 530: (.accessRefused, false)
            case 540: (.configuration, false)
            default: (.rejected, true)
            }
        return TransportError(
            code,
            operation: operation,
            message: "the broker answered \(replyCode): \(reason)",
            nativeCode: Int32(replyCode),
            isRetriable: isRetriable
        )
    }

    /// The largest body the broker takes, where a refusal tells it: "message size 20 is larger than configured max size 10".
    static func brokerLimit(in reason: String) -> Int? {
        guard let start = reason.range(of: "message size "),
            let end = reason.range(of: "max size ", options: .backwards),
            start.upperBound < end.lowerBound, reason[start.upperBound..<end.lowerBound].contains("larger")
        else { return nil }
        return Int(reason[end.upperBound...].prefix { $0.isASCII && $0.isNumber })
    }

    /// The error for a status of librabbitmq, a negative number; right after the call, because the system's own error is read here.
    static func amqp(status: Int32, operation: OperationName) -> TransportError {
        let systemError = errno
        let code: Code =
            switch amqp_status_enum(status) {
            case AMQP_STATUS_NO_MEMORY: .outOfMemory
            case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED: .nameResolution
            case AMQP_STATUS_TIMEOUT, AMQP_STATUS_HEARTBEAT_TIMEOUT: .timedOut
            case AMQP_STATUS_CONNECTION_CLOSED, AMQP_STATUS_SOCKET_CLOSED, AMQP_STATUS_TCP_ERROR: .closed
            case AMQP_STATUS_SOCKET_ERROR: operation == "broker.connect" ? .connectFailed : .closed
            case AMQP_STATUS_BAD_AMQP_DATA, AMQP_STATUS_UNKNOWN_CLASS, AMQP_STATUS_UNKNOWN_METHOD,
                AMQP_STATUS_WRONG_METHOD, AMQP_STATUS_UNEXPECTED_STATE, AMQP_STATUS_INCOMPATIBLE_AMQP_VERSION:
                .protocolViolation
            case AMQP_STATUS_TABLE_TOO_BIG: .tooLarge
            case AMQP_STATUS_BROKER_UNSUPPORTED_SASL_METHOD: .authentication
            case AMQP_STATUS_SSL_ERROR, AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED, AMQP_STATUS_SSL_PEER_VERIFY_FAILED,
                AMQP_STATUS_SSL_CONNECTION_FAILED, AMQP_STATUS_SSL_SET_ENGINE_FAILED:
                .tls
            default: .internal
            }
        let sentence = amqp_error_string2(status).map { String(cString: $0) } ?? "unknown status"
        let isOfSystem = status == AMQP_STATUS_SOCKET_ERROR.rawValue || status == AMQP_STATUS_TCP_ERROR.rawValue
        let reason = isOfSystem && systemError != 0 ? ": \(String(cString: strerror(systemError)))" : ""
        return TransportError(
            code,
            operation: operation,
            message: sentence + reason,
            nativeCode: reason.isEmpty ? status : systemError,
            // Data that makes no sense ends one connection; the next may be sound.
            isRetriable: code == .protocolViolation ? true : nil
        )
    }

    /// For how long the broker leaves a delivery in hand, when it closed a channel because one was there for longer.
    var consumerTimeout: Duration? {
        guard nativeCode == 406, let match = message.firstMatch(of: /Timeout value used: ([0-9]{1,12}) ms/),
            let milliseconds = Int(match.1)
        else { return nil }
        return .milliseconds(milliseconds)
    }

    /// The end of a publish.
    static func result(of fate: AMQPConfirmWindow.Fate) -> Result<Void, TransportError> {
        switch fate {
        case .confirmed:
            .success(())
        case .nacked:
            .failure(
                TransportError(
                    .nacked,
                    operation: "message.publish",
                    message: "the broker refused the message (basic.nack)"
                )
            )
        case .returned(let code, let reason):
            .failure(
                TransportError(
                    .unroutable,
                    operation: "message.publish",
                    message: "the message reached no queue: \(reason)",
                    nativeCode: Int32(code),
                    isRetriable: true
                )
            )
        }
    }
}

extension AMQPChannelStateMachine {
    static func violation(_ sentence: String) -> TransportError {
        TransportError(
            .protocolViolation,
            operation: "broker.receive",
            message: "the broker sent \(sentence)",
            isRetriable: true
        )
    }
}
