/* docmill version: what was built, with what, and what it found on this machine. */
#include "cli/command.h"

#include <stdio.h>
#include <sysexits.h>

#include "base/build.h"
#include "doc/index.h"
#include "http/server.h"

int version_run(int argc, char **argv)
{
	if (argc > 0) {
		fprintf(stderr, "docmill version: \"%s\" is one argument too many\n", argv[0]);
		return EX_USAGE;
	}
	printf("docmill %s\n", build.version);
	printf("revision      %s\n", build.revision);
	printf("compiler      %s\n", build.compiler);
	printf("instructions  %s\n", index_isa_name());
	printf("libraries     %s\n", server_library());
	return fflush(stdout) == 0 ? 0 : EX_IOERR;
}
