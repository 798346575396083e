// SPDX-License-Identifier: GPL-2.0
/*
 * Somebody else's BPF LSM program on socket_connect: connect() to port 7777
 * fails with EACCES. Attached until killed.
 *
 *   bpflsm BTF_ID      of the function bpf_lsm_socket_connect
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define INSN(c, d, s, o, i) { .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) }

/* (sock, address, addrlen) at R1; sin_port are the bytes 2 and 3 of the address. */
static const struct bpf_insn program[] = {
	INSN(BPF_LDX | BPF_DW | BPF_MEM, BPF_REG_6, BPF_REG_1, 8, 0),
	INSN(BPF_LDX | BPF_B | BPF_MEM, BPF_REG_2, BPF_REG_6, 2, 0),
	INSN(BPF_LDX | BPF_B | BPF_MEM, BPF_REG_3, BPF_REG_6, 3, 0),
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0),
	INSN(BPF_JMP | BPF_JNE | BPF_K, BPF_REG_2, 0, 2, 7777 >> 8),
	INSN(BPF_JMP | BPF_JNE | BPF_K, BPF_REG_3, 0, 1, 7777 & 255),
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, -EACCES),
	INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
};

static char log_text[65536];

static int bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

int main(int argc, char **argv)
{
	union bpf_attr attr;
	int fd;

	if (argc != 2) {
		fprintf(stderr, "usage: bpflsm BTF_ID\n");
		return 2;
	}
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_LSM;
	attr.expected_attach_type = BPF_LSM_MAC;
	attr.attach_btf_id = atoi(argv[1]);
	attr.insns = (uintptr_t)program;
	attr.insn_cnt = sizeof(program) / sizeof(*program);
	attr.license = (uintptr_t)"GPL";
	attr.log_buf = (uintptr_t)log_text;
	attr.log_size = sizeof(log_text);
	attr.log_level = 1;
	fd = bpf(BPF_PROG_LOAD, &attr);
	if (fd < 0) {
		perror("bpflsm: load");
		fputs(log_text, stderr);
		return 1;
	}
	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = fd;
	if (bpf(BPF_RAW_TRACEPOINT_OPEN, &attr) < 0) {
		perror("bpflsm: attach");
		return 1;
	}
	puts("attached");
	fflush(stdout);
	pause();
	return 0;
}
