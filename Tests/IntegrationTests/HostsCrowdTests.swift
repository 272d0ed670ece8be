import Support
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Many programs at once, any umask, and other users' files.
@Suite struct HostsCrowdTests {
  @Test func `sixteen writers lose nothing, and no ssh ever reads half a file`() async throws {
    let long = getenv("SKY_FUZZ_CASES") != nil
    try await withSkyRoom(hasNodes: false) { room in
      try await room.good("sky hosts add keep 192.0.2.1 --accept-new")
      let result = try await room.script(
        """
        end=$(( $(date +%s) + $1 ))
        reader() {
          while [ ! -e stop ]; do
            ssh -G keep 2>reader.$1 | grep -qx 'hostname 192.0.2.1' || { cat reader.$1; echo "reader $1"; }
            ssh -G "w$1-1" >/dev/null 2>&1 || echo "reader $1, second name"
          done
        }
        writer() {
          n=0
          while n=$((n + 1)); do
            sky hosts add "w$1-$n" "192.0.2.$1" --accept-new >out.$1 2>&1 || { echo "writer $1"; cat out.$1; }
            case $((n % 3)) in
              1) sky hosts rename "w$1-$n" "v$1-$n" || echo "rename $1" ;;
              2) sky hosts install >/dev/null 2>&1 || echo "install $1" ;;
            esac
            [ "$(date +%s)" -lt "$end" ] || break
          done
          echo $n > count.$1
        }
        writers=
        for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do writer $i & writers="$writers $!"; done
        readers=
        for i in 1 2; do reader $i & readers="$readers $!"; done
        wait $writers; touch stop; wait $readers
        total=1; for i in count.*; do total=$((total + $(cat $i))); done
        found=$(grep -c '^  HostName ' .sky/ssh_config)
        [ $total = $found ] || echo "$total added, $found there"
        grep -c '^Include' .ssh/config; ls -A .sky .ssh | grep '[.]tmp$'
        sky hosts doctor
        """, [long ? "60" : "1"])
      #expect(result.text == "1\n", "\(result.text)\(result.errorText)")
    }
  }

  @Test(arguments: ["000", "022", "077"])
  func `whatever the umask, all that is ours is private`(umask: String) async throws {
    try await withSkyRoom(hasNodes: false) { room in
      try await room.good(
        """
        umask \(umask); ssh-keygen -q -t ed25519 -N '' -f host
        sky hosts add a 192.0.2.1 --accept-new; sky hosts add b 192.0.2.2 --host-key host.pub
        sky hosts rename a c; sky hosts remove b; sky hosts undo; sky hosts install --inline
        sky hosts prune; sky status
        """)
      let odd = try await room.good(
        """
        find .sky .ssh -type d ! -perm 700; find .sky .ssh ! -type d ! -perm 600
        find .sky .ssh | grep -c . >/dev/null
        """)
      #expect(odd == "", "\(odd)")
    }
  }

  /// `nobody` has an entry in passwd, without which ssh refuses to run at all.
  private static let nobody = "setpriv --reuid=nobody --regid=nogroup --clear-groups"

  @Test(.enabled(if: geteuid() == 0, "only root can be somebody else"))
  func `what belongs to somebody else is refused with words, and sudo leaves nothing of root's`()
    async throws
  {
    try await withScratchFolder { outside in
      try await withSkyRoom(hasNodes: false) { room in
        guard chmod(outside.string, 0o755) == 0 else { throw Errno(rawValue: errno) }
        let sky = outside.appending("sky")
        let setUp = """
          cp "$(command -v sky)" \(sky) && chmod 755 \(sky)
          mkdir -m 755 \(outside)/h && chown nobody:nogroup \(outside)/h
          as_user() { env HOME=\(outside)/h \(Self.nobody) "$@"; }
          cd \(outside)/h
          """
        try await room.good(
          """
          ssh-keygen -q -t ed25519 -N '' -f host; cp host.pub \(outside); \(setUp)
          HOME=\(outside)/h sky hosts add web bob@192.0.2.7 --host-key ../host.pub || exit 1
          HOME=\(outside)/h sky hosts add db 192.0.2.8 --host-key ../host.pub || exit 1
          find . ! -user nobody -o ! -group nogroup | grep . && exit 1
          as_user \(sky) hosts add mine 192.0.2.9 --accept-new || exit 1
          as_user ssh -F \(outside)/h/.ssh/config -G web | grep -qx 'user bob' || exit 1
          HOME=\(outside)/h sky hosts remove db && HOME=\(outside)/h sky hosts uninstall || exit 1
          find . ! -user nobody -o ! -group nogroup | grep . && exit 1
          as_user \(sky) hosts install
          """)
        for (theirs, words) in [
          (".sky", ".sky"), (".sky/ssh_config", "belongs to user 0"),
          (".sky/known_hosts", "belongs to user 0"),
        ] {
          let refused = try await room.script(
            """
            \(setUp.replacing("mkdir -m 755", with: ": mkdir"))
            cp .sky/ssh_config book; chown root \(theirs); chmod go+rX \(theirs)
            as_user \(sky) hosts remove mine; status=$?
            as_user ssh -F \(outside)/h/.ssh/config -G web > /dev/null 2>&1
            cmp book .sky/ssh_config || exit 99
            chown -R nobody:nogroup .sky; exit $status
            """)
          #expect(refused.status == 73, "\(theirs): \(refused.errorText)")
          #expect(refused.errorText.contains(words), "\(theirs): \(refused.errorText)")
        }
        let config = try await room.script(
          """
          \(setUp.replacing("mkdir -m 755", with: ": mkdir"))
          chown root:root .ssh/config; chmod 644 .ssh/config
          as_user \(sky) hosts uninstall
          """)
        #expect(config.status == 73 && config.errorText.contains("belongs to user 0"))
      }
    }
  }
}
