extension UserFiles {
  /// `~/.cloudflare/r2.credentials` (a profile `r2` as the AWS tools have it; `endpoint_url` names
  /// another address) and `~/.cloudflare/accountid`. nil when neither is there.
  func cloudflare() throws(StorageError) -> (access: S3Access, account: String)? {
    let path = self.path(nil, ".cloudflare/r2.credentials")
    guard let text = try text(path) else { return nil }
    let values = SectionedFile(text).sections["r2"] ?? [:]
    guard let id = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] else {
      throw StorageError(
        .noCredentials, path.string,
        "has no section [r2] with aws_access_key_id and aws_secret_access_key",
        advice: "Run `AWS_SHARED_CREDENTIALS_FILE=\(path) aws configure --profile r2`.")
    }
    let access = S3Access(
      keys: S3Access.Keys(id: id, secret: MaskedText(secret: secret)),
      endpoint: values["endpoint_url"])
    return (access, try cloudflareAccount(needed: access.endpoint == nil))
  }

  private func cloudflareAccount(needed: Bool) throws(StorageError) -> String {
    let path = self.path(nil, ".cloudflare/accountid")
    let account = try text(path)?.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
    let isName = account.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte) || (0x41...0x5a).contains(byte)
    }
    guard isName, !account.isEmpty || !needed else {
      throw StorageError(
        .noCredentials, path.string, account.isEmpty ? "does not exist" : "holds no account id",
        advice: "Write the account id there: it stands in the address of Cloudflare's dashboard.")
    }
    return account
  }
}
