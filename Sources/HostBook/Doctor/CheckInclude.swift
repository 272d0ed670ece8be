import SystemPackage

/// Whether ssh gets to read the book at all, and before everything else.
extension Doctor {
  func checkInclude() -> [Finding] {
    let include = IncludeLine(home)
    let status: IncludeLine.Status
    do throws(BookError) {
      status = try include.status()
    } catch {
      return [
        Finding(
          "inline-markers", .error, "\(error.subject): \(error.reason)",
          fix: error.advice ?? "", file: home.userConfig, line: Self.line(in: error.subject))
      ]
    }
    let isEmpty = (try? BookStore(home).read().isEmpty) ?? false
    switch status {
    case .installed: return []
    case .inline(let line): return checkInline(line)
    case .absent:
      if isEmpty { return [] }
      return [
        mendable(
          Finding(
            "include-missing", .error, "ssh does not read the book: there is no Include of it",
            fix: "sky hosts install", file: home.userConfig))
      ]
    case .slipped(let line, let after):
      return [
        mendable(
          Finding(
            "include-slipped", .error,
            "the Include of the book stands below line \(after), which may win over it or hide it",
            fix: "sky hosts install", file: home.userConfig, line: line))
      ]
    }
  }

  /// Only a config that is ours to write can be mended; for others the line to add is the cure.
  private func mendable(_ finding: Finding) -> Finding {
    var finding = finding
    do throws(BookError) {
      let plan = try IncludeLine(home).plan(.include)
      if let obstacle = plan.obstacle {
        finding.fix = "\(obstacle): put `\(plan.line)` on top of it, or use ssh -F \(home.book)"
      } else {
        finding.remedy = .installInclude
      }
    } catch {
      finding.fix = "\(error.subject): \(error.reason)"
    }
    return finding
  }

  private func checkInline(_ line: Int) -> [Finding] {
    let store = BookStore(home)
    guard let content = try? FileSystem.read(home.userConfig), let book = try? store.read(),
      let text = try? store.text.render(book),
      let fresh = try? InlineSection.refreshed(content, book: text), fresh != content
    else { return [] }
    return [
      Finding(
        "inline-outdated", .error, "the hosts inside the ssh config are not those of the book",
        fix: "sky hosts install --inline", file: home.userConfig, line: line,
        remedy: .refreshInline)
    ]
  }

  static func line(in place: String) -> Int? {
    place.split(separator: ":").last.flatMap { Int($0) }
  }
}
