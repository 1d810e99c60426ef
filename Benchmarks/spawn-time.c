/* spawn-time ROUNDS PROGRAM [ARGUMENTS] [-- PROGRAM [ARGUMENTS]]...
 * Runs the programs in turn, output thrown away, and prints the median wall-clock time of each in microseconds, one per line.
 * In turn, so that a busy machine slows all of them alike. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static int ascending(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double run(char **arguments, const posix_spawn_file_actions_t *quiet) {
    struct timespec before, after;
    pid_t child;
    int status;
    clock_gettime(CLOCK_MONOTONIC, &before);
    if (posix_spawnp(&child, arguments[0], quiet, NULL, arguments, environ) != 0) {
        perror(arguments[0]);
        exit(2);
    }
    if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "%s failed: status %d\n", arguments[0], status);
        exit(2);
    }
    clock_gettime(CLOCK_MONOTONIC, &after);
    return (after.tv_sec - before.tv_sec) * 1e6 + (after.tv_nsec - before.tv_nsec) / 1e3;
}

int main(int count, char **words) {
    char **programs[16];
    int number = 0;
    if (count < 3) return 2;
    int rounds = atoi(words[1]);
    programs[number++] = words + 2;
    for (int i = 2; i < count; i++) {
        if (strcmp(words[i], "--") == 0 && number < 16 && i + 1 < count) {
            words[i] = NULL;
            programs[number++] = words + i + 1;
        }
    }
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    double *times = calloc((size_t)(rounds * number), sizeof(double));
    if (rounds < 1 || times == NULL) return 2;
    for (int round = 0; round < rounds; round++)
        for (int program = 0; program < number; program++)
            times[program * rounds + round] = run(programs[program], &quiet);
    for (int program = 0; program < number; program++) {
        qsort(times + program * rounds, (size_t)rounds, sizeof(double), ascending);
        printf("%.0f\n", times[program * rounds + rounds / 2]);
    }
    return 0;
}
