import Foundation
import Subprocess

/// Keys that only a program can make: a profile's `credential_process`, or `aws` for SSO and roles.
enum ExportedKeys {
  /// What both programs print (docs.aws.amazon.com, "Sourcing credentials with an external process").
  private struct Answer: Decodable {
    var accessKeyID: String
    var secret: String
    var sessionToken: String?

    private enum CodingKeys: String, CodingKey {
      case accessKeyID = "AccessKeyId"
      case secret = "SecretAccessKey"
      case sessionToken = "SessionToken"
    }
  }

  /// Runs the program with the user's own environment.
  static func make(
    command: String?, profile: String, user: UserFiles
  ) async throws(StorageError) -> S3Access.Keys {
    let words =
      command.map { ["/bin/sh", "-c", $0] }
      ?? ["aws", "configure", "export-credentials", "--format", "process", "--profile", profile]
    let subject = "AWS profile \(profile)"
    let output = try await run(words, user, subject)
    // The answer itself is never quoted: it holds the keys.
    guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(output)) else {
      throw StorageError(
        .noCredentials, subject, "\(words[0]) printed no keys in the form that AWS documents")
    }
    return S3Access.Keys(
      id: answer.accessKeyID, secret: MaskedText(secret: answer.secret),
      sessionToken: answer.sessionToken.map { MaskedText(secret: $0) })
  }

  private static func run(
    _ words: [String], _ user: UserFiles, _ subject: String
  ) async throws(StorageError) -> [UInt8] {
    do {
      let result = try await Subprocess.run(
        words[0].contains("/") ? .path(.init(words[0])) : .name(words[0]),
        arguments: Arguments(Array(words.dropFirst())),
        environment: ProgramEnvironment.exactly(user.environment),
        input: .none, output: .bytes(limit: 1 << 20), error: .bytes(limit: 64 << 10))
      guard result.terminationStatus.isSuccess else {
        let words = String(decoding: result.standardError, as: UTF8.self)
        throw StorageError(
          .noCredentials, subject, "its keys could not be made: \(LogText.lastLine(of: words))",
          advice: "Try `aws sts get-caller-identity --profile` with it, or `aws sso login`.")
      }
      return result.standardOutput
    } catch let error as StorageError {
      throw error
    } catch is CancellationError {
      throw StorageError(.cancelled, subject, "interrupted")
    } catch {
      throw StorageError(
        .noCredentials, subject, "its keys come from \(words[0]), which cannot be run: \(error)",
        advice: "Install the AWS command line, or set AWS_ACCESS_KEY_ID and "
          + "AWS_SECRET_ACCESS_KEY.")
    }
  }
}
