/* base/cgroup: trees as the kernel shows them, in a folder of the test. */
#include "tests/lib/test.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cgroup.h"

#define MIB (UINT64_C(1) << 20)

/* A file below the root, with the folders that lead to it. */
static void put(const char *root, const char *path, const char *text)
{
	char full[PATH_MAX];

	snprintf(full, sizeof full, "%s%s", root, path);
	for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = 0;
		mkdir(full, 0700);
		*slash = '/';
	}
	FILE *file = fopen(full, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int make_root(void **state)
{
	char *root = strdup("/tmp/docmill-cgroup-XXXXXX");

	*state = root;
	return mkdtemp(root) == NULL;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static int remove_root(void **state)
{
	nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(*state);
	return 0;
}

static void expect(const char *root, uint64_t memory_bytes, uint64_t cpus)
{
	struct cgroup_limits limits = cgroup_read(root);

	assert_int_equal(limits.memory_bytes, memory_bytes);
	assert_int_equal(limits.cpus, cpus);
}

TEST(nothing_there_is_no_limit) {
	expect(*state, CGROUP_NO_LIMIT, CGROUP_NO_LIMIT);
}

TEST(a_container_of_version_2_sees_its_limits_at_the_top) {
	put(*state, "/proc/self/cgroup", "0::/\n");
	put(*state, "/sys/fs/cgroup/memory.max", "268435456\n");
	put(*state, "/sys/fs/cgroup/cpu.max", "150000 100000\n");
	expect(*state, 256 * MIB, 2);
}

TEST(max_is_no_limit) {
	put(*state, "/proc/self/cgroup", "0::/\n");
	put(*state, "/sys/fs/cgroup/memory.max", "max\n");
	put(*state, "/sys/fs/cgroup/cpu.max", "max 100000\n");
	expect(*state, CGROUP_NO_LIMIT, CGROUP_NO_LIMIT);
}

TEST(the_tightest_limit_on_the_way_up_counts) {
	put(*state, "/proc/self/cgroup", "0::/system.slice/docmill.service\n");
	put(*state, "/sys/fs/cgroup/system.slice/docmill.service/memory.max", "1073741824\n");
	put(*state, "/sys/fs/cgroup/system.slice/docmill.service/cpu.max", "100000 100000\n");
	put(*state, "/sys/fs/cgroup/system.slice/memory.max", "536870912\n");
	put(*state, "/sys/fs/cgroup/system.slice/cpu.max", "400000 100000\n");
	expect(*state, 512 * MIB, 1);
}

TEST(version_1_has_a_hierarchy_for_each_controller) {
	put(*state, "/proc/self/cgroup", "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n");
	put(*state, "/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "134217728\n");
	put(*state, "/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
	put(*state, "/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "50000\n");
	put(*state, "/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us", "100000\n");
	expect(*state, 128 * MIB, 1);
}

TEST(a_container_of_version_1_sees_its_own_group_as_the_mount) {
	put(*state, "/proc/self/cgroup", "4:memory:/docker/abc\n3:cpu:/docker/abc\n0::/\n");
	put(*state, "/sys/fs/cgroup/memory/memory.limit_in_bytes", "134217728\n");
	put(*state, "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
	put(*state, "/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
	expect(*state, 128 * MIB, CGROUP_NO_LIMIT);
}

TEST(cpuset_and_cpuacct_are_not_cpu) {
	put(*state, "/proc/self/cgroup", "2:cpuacct:/a\n3:cpuset:/a\n");
	put(*state, "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "100000\n");
	put(*state, "/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
	expect(*state, CGROUP_NO_LIMIT, CGROUP_NO_LIMIT);
}

TEST(a_group_outside_of_the_namespace_is_read_at_the_top) {
	put(*state, "/proc/self/cgroup", "0::/../../elsewhere\n");
	put(*state, "/sys/fs/cgroup/memory.max", "134217728\n");
	expect(*state, 128 * MIB, CGROUP_NO_LIMIT);
}

#define RUN_IN_TREE(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_IN_TREE(nothing_there_is_no_limit),
		RUN_IN_TREE(a_container_of_version_2_sees_its_limits_at_the_top),
		RUN_IN_TREE(max_is_no_limit),
		RUN_IN_TREE(the_tightest_limit_on_the_way_up_counts),
		RUN_IN_TREE(version_1_has_a_hierarchy_for_each_controller),
		RUN_IN_TREE(a_container_of_version_1_sees_its_own_group_as_the_mount),
		RUN_IN_TREE(cpuset_and_cpuacct_are_not_cpu),
		RUN_IN_TREE(a_group_outside_of_the_namespace_is_read_at_the_top),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
