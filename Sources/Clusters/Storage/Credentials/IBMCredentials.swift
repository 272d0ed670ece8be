import Yams

extension UserFiles {
  /// `~/.ibm/credentials.yaml`: `access_key_id` and `secret_access_key` (a service credential with
  /// HMAC), and `endpoint_url` for another address, such as a private one. nil when it is not there.
  func ibm() throws(StorageError) -> S3Access? {
    let path = self.path(nil, ".ibm/credentials.yaml")
    guard let text = try text(path) else { return nil }
    // The library's own words may quote the file.
    guard let node = try? Yams.compose(yaml: text), let mapping = node.mapping else {
      throw StorageError(.noCredentials, path.string, "is no YAML mapping")
    }
    guard let id = mapping["access_key_id"]?.scalar?.string,
      let secret = mapping["secret_access_key"]?.scalar?.string
    else {
      throw StorageError(
        .noCredentials, path.string, "has no access_key_id and secret_access_key",
        advice: "Make a service credential with \"Include HMAC Credential\" in IBM's console and "
          + "write its two keys there.")
    }
    return S3Access(
      keys: S3Access.Keys(id: id, secret: MaskedText(secret: secret)),
      endpoint: mapping["endpoint_url"]?.scalar?.string)
  }
}
