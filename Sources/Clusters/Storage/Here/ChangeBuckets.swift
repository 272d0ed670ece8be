extension ObjectStores {
  /// Makes the bucket of `uri`; returns false when it is there already and these keys may use it.
  @discardableResult
  public func create(_ uri: BucketURI) async throws(StorageError) -> Bool {
    let bucket = uri.wholeBucket
    guard try await look(at: bucket) == .noBucket else { return false }
    var remote = try await remote(uri.store, region: uri.region)
    remote.settings["no_check_bucket"] = nil
    let outcome = try await rclone().run(
      Rclone.quick + ["mkdir", RcloneRemote.path(bucket)], remote: remote)
    guard outcome.status == 0 else { throw outcome.error(bucket, "cannot make the bucket") }
    return true
  }

  /// Removes the bucket with all objects in it; one that is not there is no error.
  public func delete(_ uri: BucketURI) async throws(StorageError) {
    let bucket = uri.wholeBucket
    let remote = try await remote(uri.store, region: uri.region)
    let outcome = try await rclone().run(
      Rclone.patient + ["purge", RcloneRemote.path(bucket)], remote: remote)
    guard outcome.status != 0 else { return }
    let error = outcome.error(bucket, "cannot delete the bucket")
    if error.code != .noBucket { throw error }
  }
}

extension BucketURI {
  /// The bucket without the path.
  public var wholeBucket: BucketURI { BucketURI(store, region: region, bucket: bucket) }
}
